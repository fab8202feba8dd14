import assert from 'node:assert/strict'
import { test } from 'node:test'
import { reasonOf } from '../../api/errors.ts'
import { advertisedAddress, type Interfaces, listenAddress, managerAddress } from './own-address.ts'

const lo = [{ address: '127.0.0.1', family: 'IPv4', internal: true } as const]
const eth0 = [
  { address: 'fe80::1', family: 'IPv6', internal: false },
  { address: '10.0.2.15', family: 'IPv4', internal: false },
] as const
const bridge = [{ address: '172.17.0.1', family: 'IPv4', internal: false } as const]
const one: Interfaces = { lo, eth0, docker0: bridge }
const two: Interfaces = { lo, eth0, eth1: [{ address: '192.168.99.100', family: 'IPv4', internal: false }] }

test('where a machine listens', () => {
  for (const [text, want] of [
    [undefined, '0.0.0.0:4242'],
    ['10.0.2.15', '10.0.2.15:4242'],
    ['10.0.2.15:2377', '10.0.2.15:2377'],
    ['0.0.0.0:2377', '0.0.0.0:2377'],
    ['eth0', '10.0.2.15:4242'],
    ['lo:7', '127.0.0.1:7'],
    ['::1', '[::1]:4242'],
    ['[::1]:7', '[::1]:7'],
  ] as const)
    assert.equal(listenAddress(text, one), want, text)
})

test('what others are told', () => {
  for (const [text, listen, interfaces, want] of [
    [undefined, '0.0.0.0:4242', one, '10.0.2.15:4242'],
    [undefined, '192.168.99.100:7', two, '192.168.99.100:7'],
    ['eth1', '0.0.0.0:7', two, '192.168.99.100:7'],
    ['eth1:2377', '0.0.0.0:7', two, '192.168.99.100:2377'],
    ['203.0.113.5', '0.0.0.0:4242', two, '203.0.113.5:4242'],
    ['203.0.113.5:99', '10.0.2.15:4242', two, '203.0.113.5:99'],
  ] as const)
    assert.equal(advertisedAddress(text, listen, interfaces), want)
  assert.equal(managerAddress('manager.example.org'), 'manager.example.org:4242')
  assert.equal(managerAddress('192.168.99.121:2377'), '192.168.99.121:2377')
})

test('what cannot be meant is refused with the addresses that there are', () => {
  const mistakes: readonly (readonly [() => string, RegExp])[] = [
    [
      () => advertisedAddress('eth9', '0.0.0.0:1', one),
      /"eth9": it is neither .* which has lo \(127\.0\.0\.1\), eth0 \(fe80::1\), eth0 \(10\.0\.2\.15\)/,
    ],
    [() => listenAddress('eth9:7', one), /^--listen-addr "eth9": it is neither/],
    [
      () => advertisedAddress(undefined, '0.0.0.0:1', two),
      /several addresses \(10\.0\.2\.15 on eth0, 192\.168\.99\.100 on eth1\): say with --advertise-addr/,
    ],
    [() => advertisedAddress(undefined, '0.0.0.0:1', { lo }), /no address that others could reach/],
    [() => advertisedAddress('0.0.0.0', '0.0.0.0:1', one), /others cannot reach that/],
    [() => advertisedAddress('[::]:7', '0.0.0.0:1', one), /others cannot reach that/],
    [() => listenAddress('1.2.3.4:99999', one), /wanted HOST or HOST:PORT/],
    [() => managerAddress('http://manager'), /^the address of the manager "http:\/\/manager": wanted HOST/],
  ]
  for (const [make, why] of mistakes)
    assert.throws(make, (error) => error instanceof Error && reasonOf(error) === 'Invalid' && why.test(error.message), String(why))
})
