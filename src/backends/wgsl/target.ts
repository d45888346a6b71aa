// What a WebGPU device can do that was asked for nothing beyond the defaults of the standard.

import type { Target } from '../../kernel/target.ts'

/**
 * The default limits of WebGPU and WGSL. There is no f64. A shader stage binds 8 storage buffers.
 * The variables of one function take up to 8 KiB, which is what a row may take where one invocation
 * works on one point; where a whole workgroup does, rows lie in its 16 KiB, of which the other half
 * is more than its reductions need. A workgroup has 64 invocations, and a reduction of fewer points
 * than four of them is cut, so that a device has something to do. The rates are guesses of a small
 * GPU; nothing has been measured yet.
 */
export const wgslTarget: Target = {
  name: 'wgsl',
  dtypes: ['f32', 'i32', 'u32', 'bool'],
  rowBytes: 8192,
  maxBindings: 8,
  lanes: 1,
  alignmentBytes: 16,
  minPoints: 256,
  rates: { contractGflops: 500, loopGflops: 100, gbps: 100, launchMs: 0.01 },
}
