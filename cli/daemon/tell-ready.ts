// Says that a daemon serves: in one line on standard output, and to systemd where that started it.

import { execFile } from 'node:child_process'

export function tellReady(socket: string): void {
  process.stdout.on('error', () => {}) // A full disk, or nobody who listens any more: that is no reason not to serve.
  process.stdout.write(`ready ${socket}\n`)
  if (process.env['NOTIFY_SOCKET'] === undefined) return
  // Node.js has no datagram sockets of files. The program comes with systemd, and says it for its parent.
  execFile('systemd-notify', ['--ready'], (error) => {
    if (error !== null) process.stderr.write(`kitd: systemd is not told that this node is ready: ${error.message}\n`)
  })
}
