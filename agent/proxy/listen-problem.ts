// Why a port could not be opened, as a sentence for people with its cause and remedy.

import type { ListenPort } from '../mesh/port-server.ts'

export function listenProblem({ protocol, publishedPort }: ListenPort, address: string, code: string | undefined): string {
  const port = `port ${publishedPort}/${protocol.toLowerCase()}`
  switch (code) {
    case 'EADDRINUSE':
      return `${port} is in use on ${address} by another program, or by a process task that does not listen on its PORT: stop that, or publish another port`
    case 'EACCES':
    case 'EPERM':
      return `${port} may not be opened by kitd: ports below 1024 need root or CAP_NET_BIND_SERVICE, or a lower net.ipv4.ip_unprivileged_port_start; or publish a higher port`
    case 'EADDRNOTAVAIL':
      return `${port} cannot be opened because this machine does not have the address ${address}: start kitd with another --publish-address`
    case 'EMFILE':
    case 'ENFILE':
      return `${port} cannot be opened because no file descriptors are left: raise the limit of kitd (LimitNOFILE)`
    case 'EAFNOSUPPORT':
      return `${port} cannot be opened because this machine has no such addresses as ${address}: start kitd with another --publish-address`
    default:
      return `${port} cannot be opened on ${address} (${code ?? 'unknown error'})`
  }
}
