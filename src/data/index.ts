// The entry `gradc/data`: data sets, their batches, readers of data files, generators of examples.

export { type AugmentOptions, augment } from './augment.ts'
export type { Augmentation } from './augmentation.ts'
export { type BatchOptions, batches } from './batches.ts'
export { type CsvArrays, type CsvData, type CsvOptions, loadCsv, parseCsv } from './csv.ts'
export { type Dataset, dataset, exampleCount, gatherExamples, type Rows, take } from './dataset.ts'
export { type DigitOptions, type Digits, digits } from './digits.ts'
export { type Flower, type FlowerOptions, flower } from './flower.ts'
export { type IdxArray, type IdxData, type IdxType, idxTensor, parseIdx } from './idx.ts'
export { type Classes, checkLabels } from './labels.ts'
export { loadIdx } from './load-idx.ts'
export {
  type ImageOptions,
  type LabelledImages,
  type LoadedImages,
  loadImages,
} from './load-images.ts'
export { type Moments, type MomentsOptions, moments, normalize } from './normalize.ts'
export type { DataSource } from './read-source.ts'
export { type Parts, split } from './split.ts'
