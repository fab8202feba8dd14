import { testTransport } from '../transport.suite.ts'
import { Loopback } from './transport.ts'

testTransport('the loopback', () => {
  const loopback = new Loopback()
  return { a: loopback.transport('a'), b: loopback.transport('b'), run: (work) => work }
})
