// A hundred dense layers of different widths: what tsc spends on it is bounded by a test. Every
// width is another one, so nothing that the compiler has worked out once serves again.

import { compile, f32, gradient, mean, model, relu } from '../../src/index.ts'
import { dense } from '../../src/nn/index.ts'

const deep = model({
  inputs: { x: f32('batch', 784) },
  params: {
    l0: dense(784, 100),
    l1: dense(100, 103),
    l2: dense(103, 106),
    l3: dense(106, 109),
    l4: dense(109, 112),
    l5: dense(112, 115),
    l6: dense(115, 118),
    l7: dense(118, 121),
    l8: dense(121, 124),
    l9: dense(124, 127),
    l10: dense(127, 130),
    l11: dense(130, 133),
    l12: dense(133, 136),
    l13: dense(136, 139),
    l14: dense(139, 142),
    l15: dense(142, 145),
    l16: dense(145, 148),
    l17: dense(148, 151),
    l18: dense(151, 154),
    l19: dense(154, 157),
    l20: dense(157, 160),
    l21: dense(160, 163),
    l22: dense(163, 166),
    l23: dense(166, 169),
    l24: dense(169, 172),
    l25: dense(172, 175),
    l26: dense(175, 178),
    l27: dense(178, 181),
    l28: dense(181, 184),
    l29: dense(184, 187),
    l30: dense(187, 190),
    l31: dense(190, 193),
    l32: dense(193, 196),
    l33: dense(196, 199),
    l34: dense(199, 202),
    l35: dense(202, 205),
    l36: dense(205, 208),
    l37: dense(208, 211),
    l38: dense(211, 214),
    l39: dense(214, 217),
    l40: dense(217, 220),
    l41: dense(220, 223),
    l42: dense(223, 226),
    l43: dense(226, 229),
    l44: dense(229, 232),
    l45: dense(232, 235),
    l46: dense(235, 238),
    l47: dense(238, 241),
    l48: dense(241, 244),
    l49: dense(244, 247),
    l50: dense(247, 250),
    l51: dense(250, 253),
    l52: dense(253, 256),
    l53: dense(256, 259),
    l54: dense(259, 262),
    l55: dense(262, 265),
    l56: dense(265, 268),
    l57: dense(268, 271),
    l58: dense(271, 274),
    l59: dense(274, 277),
    l60: dense(277, 280),
    l61: dense(280, 283),
    l62: dense(283, 286),
    l63: dense(286, 289),
    l64: dense(289, 292),
    l65: dense(292, 295),
    l66: dense(295, 298),
    l67: dense(298, 301),
    l68: dense(301, 304),
    l69: dense(304, 307),
    l70: dense(307, 310),
    l71: dense(310, 313),
    l72: dense(313, 316),
    l73: dense(316, 319),
    l74: dense(319, 322),
    l75: dense(322, 325),
    l76: dense(325, 328),
    l77: dense(328, 331),
    l78: dense(331, 334),
    l79: dense(334, 337),
    l80: dense(337, 340),
    l81: dense(340, 343),
    l82: dense(343, 346),
    l83: dense(346, 349),
    l84: dense(349, 352),
    l85: dense(352, 355),
    l86: dense(355, 358),
    l87: dense(358, 361),
    l88: dense(361, 364),
    l89: dense(364, 367),
    l90: dense(367, 370),
    l91: dense(370, 373),
    l92: dense(373, 376),
    l93: dense(376, 379),
    l94: dense(379, 382),
    l95: dense(382, 385),
    l96: dense(385, 388),
    l97: dense(388, 391),
    l98: dense(391, 394),
    l99: dense(394, 397),
  },
  body({ x }, p) {
    const h0 = relu(p.l0(x))
    const h1 = relu(p.l1(h0))
    const h2 = relu(p.l2(h1))
    const h3 = relu(p.l3(h2))
    const h4 = relu(p.l4(h3))
    const h5 = relu(p.l5(h4))
    const h6 = relu(p.l6(h5))
    const h7 = relu(p.l7(h6))
    const h8 = relu(p.l8(h7))
    const h9 = relu(p.l9(h8))
    const h10 = relu(p.l10(h9))
    const h11 = relu(p.l11(h10))
    const h12 = relu(p.l12(h11))
    const h13 = relu(p.l13(h12))
    const h14 = relu(p.l14(h13))
    const h15 = relu(p.l15(h14))
    const h16 = relu(p.l16(h15))
    const h17 = relu(p.l17(h16))
    const h18 = relu(p.l18(h17))
    const h19 = relu(p.l19(h18))
    const h20 = relu(p.l20(h19))
    const h21 = relu(p.l21(h20))
    const h22 = relu(p.l22(h21))
    const h23 = relu(p.l23(h22))
    const h24 = relu(p.l24(h23))
    const h25 = relu(p.l25(h24))
    const h26 = relu(p.l26(h25))
    const h27 = relu(p.l27(h26))
    const h28 = relu(p.l28(h27))
    const h29 = relu(p.l29(h28))
    const h30 = relu(p.l30(h29))
    const h31 = relu(p.l31(h30))
    const h32 = relu(p.l32(h31))
    const h33 = relu(p.l33(h32))
    const h34 = relu(p.l34(h33))
    const h35 = relu(p.l35(h34))
    const h36 = relu(p.l36(h35))
    const h37 = relu(p.l37(h36))
    const h38 = relu(p.l38(h37))
    const h39 = relu(p.l39(h38))
    const h40 = relu(p.l40(h39))
    const h41 = relu(p.l41(h40))
    const h42 = relu(p.l42(h41))
    const h43 = relu(p.l43(h42))
    const h44 = relu(p.l44(h43))
    const h45 = relu(p.l45(h44))
    const h46 = relu(p.l46(h45))
    const h47 = relu(p.l47(h46))
    const h48 = relu(p.l48(h47))
    const h49 = relu(p.l49(h48))
    const h50 = relu(p.l50(h49))
    const h51 = relu(p.l51(h50))
    const h52 = relu(p.l52(h51))
    const h53 = relu(p.l53(h52))
    const h54 = relu(p.l54(h53))
    const h55 = relu(p.l55(h54))
    const h56 = relu(p.l56(h55))
    const h57 = relu(p.l57(h56))
    const h58 = relu(p.l58(h57))
    const h59 = relu(p.l59(h58))
    const h60 = relu(p.l60(h59))
    const h61 = relu(p.l61(h60))
    const h62 = relu(p.l62(h61))
    const h63 = relu(p.l63(h62))
    const h64 = relu(p.l64(h63))
    const h65 = relu(p.l65(h64))
    const h66 = relu(p.l66(h65))
    const h67 = relu(p.l67(h66))
    const h68 = relu(p.l68(h67))
    const h69 = relu(p.l69(h68))
    const h70 = relu(p.l70(h69))
    const h71 = relu(p.l71(h70))
    const h72 = relu(p.l72(h71))
    const h73 = relu(p.l73(h72))
    const h74 = relu(p.l74(h73))
    const h75 = relu(p.l75(h74))
    const h76 = relu(p.l76(h75))
    const h77 = relu(p.l77(h76))
    const h78 = relu(p.l78(h77))
    const h79 = relu(p.l79(h78))
    const h80 = relu(p.l80(h79))
    const h81 = relu(p.l81(h80))
    const h82 = relu(p.l82(h81))
    const h83 = relu(p.l83(h82))
    const h84 = relu(p.l84(h83))
    const h85 = relu(p.l85(h84))
    const h86 = relu(p.l86(h85))
    const h87 = relu(p.l87(h86))
    const h88 = relu(p.l88(h87))
    const h89 = relu(p.l89(h88))
    const h90 = relu(p.l90(h89))
    const h91 = relu(p.l91(h90))
    const h92 = relu(p.l92(h91))
    const h93 = relu(p.l93(h92))
    const h94 = relu(p.l94(h93))
    const h95 = relu(p.l95(h94))
    const h96 = relu(p.l96(h95))
    const h97 = relu(p.l97(h96))
    const h98 = relu(p.l98(h97))
    const h99 = relu(p.l99(h98))
    return { loss: mean(h99) }
  },
})

const { params } = deep.init(1)
const program = gradient(deep, { of: 'loss' })
const run = await compile(program, { target: 'js', dims: { batch: 32 } })
const { loss, grads } = run({ x: new Float32Array(32 * 784) }, params)

/** What a user does with it, so that all of it is checked. */
export const seen = [loss, grads.l0.w.shape, grads.l99.b.shape] as const
