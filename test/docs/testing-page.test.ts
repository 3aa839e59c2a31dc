import { programOf, run } from './program.ts'

// The tests of the page, as a reader's runner would meet them.
await run(programOf('testing', 1))
await run(programOf('testing', 2))
