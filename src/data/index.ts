// The entry `gradc/data`: readers of data files.

export { type IdxArray, type IdxData, type IdxType, idxTensor, parseIdx } from './idx.ts'
export { type IdxSource, loadIdx } from './load-idx.ts'
