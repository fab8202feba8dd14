import assert from 'node:assert/strict'
import { test } from 'node:test'
import { proxyHeader } from './proxy-protocol.ts'

const signature = '0d0a0d0a000d0a515549540a'

const cases: readonly { readonly name: string; readonly from: string; readonly to: string; readonly rest: string }[] = [
  { name: 'IPv4', from: '192.0.2.1', to: '10.0.0.2', rest: '2111000c' + 'c0000201' + '0a000002' + 'c0de0050' },
  { name: 'IPv4 in IPv6 form', from: '::ffff:192.0.2.1', to: '::ffff:10.0.0.2', rest: '2111000c' + 'c0000201' + '0a000002' + 'c0de0050' },
  {
    name: 'IPv6',
    from: '2001:db8::1',
    to: '::1',
    rest: '21210024' + '20010db8000000000000000000000001' + '00000000000000000000000000000001' + 'c0de0050',
  },
  {
    name: 'IPv6 with a zone',
    from: 'fe80::aa:1%eth0',
    to: '1:2:3:4:5:6:7:8',
    rest: '21210024' + 'fe800000000000000000000000aa0001' + '00010002000300040005000600070008' + 'c0de0050',
  },
  {
    name: 'a mix of both',
    from: '192.0.2.1',
    to: '::',
    rest: '21210024' + '00000000000000000000ffffc0000201' + '00000000000000000000000000000000' + 'c0de0050',
  },
]

for (const { name, from, to, rest } of cases)
  test(`the header for ${name}`, () => {
    assert.equal(proxyHeader({ address: from, port: 0xc0de }, { address: to, port: 80 }).toString('hex'), signature + rest)
  })
