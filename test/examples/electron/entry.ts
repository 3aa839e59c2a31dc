/** Runs the app's main module as Electron does: nothing is ready before it has been evaluated. */
import { evaluated } from './main-stand-in.ts'

await import(process.argv[2] ?? '')
evaluated()
