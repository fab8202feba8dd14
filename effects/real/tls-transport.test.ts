import { testTransport } from '../transport.suite.ts'
import { createNode, createRoot, issue } from './testdata/tls-nodes.ts'

testTransport('mutual TLS', async () => {
  const root = createRoot()
  const a = createNode(root.certificate, { own: issue(root, { id: 'a' }), isOpen: true })
  const b = createNode(root.certificate, { own: issue(root, { id: 'b' }), isOpen: true })
  const stop = new AbortController()
  const port = await b.transport.listen('127.0.0.1', 0, stop.signal)
  return {
    a: a.transport,
    b: b.transport,
    toB: `127.0.0.1:${port}`,
    toNobody: '127.0.0.1:1',
    run: (work) => work.finally(() => stop.abort()),
  }
})
