import { spawnSync } from 'node:child_process'

/** Runs a program on a terminal of its own, with Python, which brings what Node lacks. */
const CODE = `
import fcntl, os, pty, select, struct, sys, termios
columns, rows = int(sys.argv[1]), int(sys.argv[2])
pid, fd = pty.fork()
if pid == 0:
    fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack('HHHH', rows, columns, 0, 0))
    os.execv(sys.argv[3], sys.argv[3:])
sources = [fd, 0]
while True:
    ready, _, _ = select.select(sources, [], [])
    if 0 in ready:
        typed = os.read(0, 1024)
        if typed: os.write(fd, typed)
        else: sources.remove(0)
    if fd in ready:
        try: shown = os.read(fd, 65536)
        except OSError: break
        if not shown: break
        os.write(1, shown)
_, status = os.waitpid(pid, 0)
sys.exit(os.waitstatus_to_exitcode(status) % 256)
`

/** The program and the words that put another program on a terminal of this size. */
export function onTerminal(words: readonly string[], { columns = 80, rows = 24 } = {}): [string, string[]] {
  return ['python3', ['-c', CODE, String(columns), String(rows), ...words]]
}

/** Whether this machine has what that needs. */
export const hasTerminals = spawnSync('python3', ['-c', 'import pty']).status === 0
