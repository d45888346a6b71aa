// Arithmetic on integer literals in types: a fixed table of random numbers up to 10^12 that tsc
// computes when it compiles this file, and whose figures are checked against BigInt when it runs.

import { expect, expectTypeOf, it } from 'vitest'
import type {
  Add,
  DivMod,
  Multiply,
  Quotient,
  QuotientUp,
  Subtract,
} from '../../../src/model/shapes/integers.ts'

/** a, b, a + b, |a − b|, a / b rounded down, the rest. */
const sums = [
  [966177624, 6090601, 972268225, 960087023, 158, 3862666],
  [283173, 80803, 363976, 202370, 3, 40764],
  [40180463654, 60354, 40180524008, 40180403300, 665746, 29570],
  [982622662727, 6325677, 982628988404, 982616337050, 155338, 4648901],
  [28904689146, 87302741268, 116207430414, 58398052122, 0, 28904689146],
  [3, 254, 257, 251, 0, 3],
  [982868717977, 836405156, 983705123133, 982032312821, 1175, 92659677],
  [9846, 229499, 239345, 219653, 0, 9846],
  [439599535821, 20349472524, 459949008345, 419250063297, 21, 12260612817],
  [787383079, 90522949, 877906028, 696860130, 8, 63199487],
  [931, 11444750359, 11444751290, 11444749428, 0, 931],
  [1866861, 888565, 2755426, 978296, 2, 89731],
  [510071612274, 708254, 510072320528, 510070904020, 720181, 538300],
  [3, 2964437, 2964440, 2964434, 0, 3],
  [366899755, 9633, 366909388, 366890122, 38087, 7684],
  [380179, 2, 380181, 380177, 190089, 1],
  [89153, 9734, 98887, 79419, 9, 1547],
  [368620364, 774, 368621138, 368619590, 476253, 542],
  [51796, 279020, 330816, 227224, 0, 51796],
  [702840, 84, 702924, 702756, 8367, 12],
  [11279, 153084, 164363, 141805, 0, 11279],
  [589851, 5, 589856, 589846, 117970, 1],
  [17241844, 38900768309, 38918010153, 38883526465, 0, 17241844],
  [19834, 73557, 93391, 53723, 0, 19834],
  [9, 5889357320, 5889357329, 5889357311, 0, 9],
  [89208130, 533003373113, 533092581243, 532914164983, 0, 89208130],
  [357, 3470, 3827, 3113, 0, 357],
  [39666958813, 16, 39666958829, 39666958797, 2479184925, 13],
  [964293200, 51354, 964344554, 964241846, 18777, 19142],
  [269292, 7, 269299, 269285, 38470, 2],
  [49, 378481142004, 378481142053, 378481141955, 0, 49],
  [20652612006, 2428638, 20655040644, 20650183368, 8503, 1903092],
  [359528020, 83980536929, 84340064949, 83621008909, 0, 359528020],
  [31418, 8736835686, 8736867104, 8736804268, 0, 31418],
  [7, 532015328761, 532015328768, 532015328754, 0, 7],
  [84354454, 7682, 84362136, 84346772, 10980, 6094],
  [577878419, 41003785284, 41581663703, 40425906865, 0, 577878419],
  [35340232, 481778, 35822010, 34858454, 73, 170438],
  [7525962735, 1, 7525962736, 7525962734, 7525962735, 0],
  [277327, 3387399393, 3387676720, 3387122066, 0, 277327],
  [999999999999, 1, 1000000000000, 999999999998, 999999999999, 0],
  [1000000000000, 1000000000000, 2000000000000, 0, 1, 0],
  [1000000000000, 7, 1000000000007, 999999999993, 142857142857, 1],
  [784, 28, 812, 756, 28, 0],
  [100, 100, 200, 0, 1, 0],
  [0, 9, 9, 9, 0, 0],
] as const

/** a, b, a · b. */
const products = [
  [180525, 791446, 142875789150],
  [7107, 46598, 331171986],
  [12539202, 67978, 852389873556],
  [1, 206254311, 206254311],
  [482518298, 59, 28468579582],
  [67680295, 2301195, 155745556452525],
  [509948270, 59350, 30265429824500],
  [4, 24123, 96492],
  [7, 29731175600675, 208118229204725],
  [1, 67846, 67846],
  [1, 7, 7],
  [26745, 4407317102, 117873695892990],
  [931297342, 83, 77297679386],
  [6, 17273473473070, 103640840838420],
  [9045806, 0, 0],
  [4298, 289303632, 1243427010336],
  [985766, 570144, 562028570304],
  [125083, 8820691, 1103318492353],
  [794430, 95, 75470850],
  [4, 44347163409, 177388653636],
  [16, 564532, 9032512],
  [4641, 59396669, 275659940829],
  [31, 9660, 299460],
  [3360586, 63284, 212671324424],
  [224006, 516, 115587096],
  [85, 57133, 4856305],
  [52135402, 68593, 3576123629386],
  [572, 22087542440, 12634074275680],
  [529543112, 822, 435284438064],
  [8631, 3962128, 34197126768],
  [50257, 12288, 617558016],
  [617558016, 12288, 7588552900608],
  [0, 123, 0],
  [999999, 999999, 999998000001],
  [1000000, 1000000, 1000000000000],
] as const

type Larger<A, B> = [Subtract<A, B>] extends [never] ? [B, A] : [A, B]

type Sums<Rows> = {
  [I in keyof Rows]: Rows[I] extends readonly [infer A, infer B, ...unknown[]]
    ? readonly [A, B, Add<A, B>, Subtract<Larger<A, B>[0], Larger<A, B>[1]>, ...DivMod<A, B>]
    : never
}

type Products<Rows> = {
  [I in keyof Rows]: Rows[I] extends readonly [infer A, infer B, unknown]
    ? readonly [A, B, Multiply<A, B>]
    : never
}

it('adds, subtracts and divides exactly', () => {
  expectTypeOf<Sums<typeof sums>>().toEqualTypeOf<typeof sums>()
  for (const row of sums) {
    const [a, b, sum, difference, quotient, rest] = row.map(BigInt)
    expect([sum, difference]).toEqual([a! + b!, a! > b! ? a! - b! : b! - a!])
    expect([quotient, rest]).toEqual([a! / b!, a! % b!])
  }
})

it('multiplies exactly', () => {
  expectTypeOf<Products<typeof products>>().toEqualTypeOf<typeof products>()
  for (const row of products) {
    const [a, b, product] = row.map(BigInt)
    expect(product).toBe(a! * b!)
  }
})

it('has no difference below zero, and no quotient by zero', () => {
  expectTypeOf<Subtract<1, 2>>().toEqualTypeOf<never>()
  expectTypeOf<Subtract<99, 100>>().toEqualTypeOf<never>()
  expectTypeOf<Subtract<5, 10000>>().toEqualTypeOf<never>()
  expectTypeOf<DivMod<5, 0>>().toEqualTypeOf<never>()
})

it('rounds quotients down or up', () => {
  expectTypeOf<[Quotient<7, 2>, QuotientUp<7, 2>]>().toEqualTypeOf<[3, 4]>()
  expectTypeOf<[Quotient<8, 2>, QuotientUp<8, 2>]>().toEqualTypeOf<[4, 4]>()
  expectTypeOf<[Quotient<0, 3>, QuotientUp<0, 3>]>().toEqualTypeOf<[0, 0]>()
})

it('leaves to the build whatever is not one natural number', () => {
  expectTypeOf<Add<number, 3>>().toEqualTypeOf<number>()
  expectTypeOf<Add<1 | 2, 3>>().toEqualTypeOf<number>()
  expectTypeOf<Add<'batch', 3>>().toEqualTypeOf<number>()
  expectTypeOf<Multiply<-2, 3>>().toEqualTypeOf<number>()
  expectTypeOf<Multiply<1e21, 3>>().toEqualTypeOf<number>()
  expectTypeOf<Subtract<5, 0.5>>().toEqualTypeOf<number>()
  expectTypeOf<DivMod<number, 3>>().toEqualTypeOf<[number, number]>()
  expectTypeOf<Multiply<3002399751580331, 3>>().toEqualTypeOf<number>()
})
