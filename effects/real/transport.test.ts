import { testTransport } from '../transport.suite.ts'
import { Loopback } from './transport.ts'

testTransport('the loopback', () => {
  const loopback = new Loopback()
  return {
    a: loopback.transport({ id: 'a', role: 'Manager', clusterId: 'test' }),
    b: loopback.transport({ id: 'b', role: 'Manager', clusterId: 'test' }),
    toB: 'b',
    toNobody: 'nobody',
    run: (work) => work,
  }
})
