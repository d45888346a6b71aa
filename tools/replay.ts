// `npm run -s replay -- FOLDER`: the kernels of many programs as files, so that two versions of the
// code can be compared. What it does is in tools/replay/; here it meets the process.

import { runReplay } from './replay/main.ts'

process.exitCode = runReplay(process.argv.slice(2), {
  out: text => process.stdout.write(text),
  err: text => process.stderr.write(text),
})
