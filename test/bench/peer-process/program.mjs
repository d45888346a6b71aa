// The process of a made-up peer, in one of the ways in which real ones behave.

const [, , manner] = process.argv

const answers = {
  willing: () => ({
    timing: { medianMs: 1, minMs: 1, maxMs: 1, runs: 1 },
    threads: 2,
    result: Float32Array.of(1, Number.NaN),
  }),
  unable: () => ({ error: 'no such kernel' }),
}

if (manner === 'absent') {
  process.stderr.write('a banner\nnot on this machine\n', () => process.exit(3))
} else if (manner === 'unready') {
  process.send({ error: 'backend does not start' })
} else {
  process.on('message', () => {
    if (manner === 'dying') process.exit(4)
    process.send(answers[manner]())
  })
  process.send('ready')
}
process.on('disconnect', () => process.exit())
