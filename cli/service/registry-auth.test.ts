import assert from 'node:assert/strict'
import { test } from 'node:test'
import { credentialsFor, registryOf } from './registry-auth.ts'

test('the registry of an image is its first part when that looks like a host', () => {
  const images = ['nginx', 'shop/api:2', 'localhost/x', 'registry.example.org/shop/api@sha256:1', '10.0.0.1:5000/x']
  const hub = 'https://index.docker.io/v1/'
  assert.deepEqual(images.map(registryOf), [hub, hub, 'localhost', 'registry.example.org', '10.0.0.1:5000'])
})

test('credentials are those of docker login; a helper that has them is named', () => {
  const auth = Buffer.from('me:se:cret').toString('base64')
  const read = (text: string | undefined): unknown =>
    text === undefined ? undefined : JSON.parse(Buffer.from(text, 'base64url').toString())
  assert.deepEqual(read(credentialsFor({ auths: { r: { auth } } }, 'r', 'f')), { username: 'me', password: 'se:cret', serveraddress: 'r' })
  assert.equal(credentialsFor({ auths: { r: { auth } } }, 'other', 'f'), undefined)
  assert.equal(credentialsFor({}, 'r', 'f'), undefined)
  assert.throws(
    () => credentialsFor({ credsStore: 'desktop', auths: { r: {} } }, 'r', 'config.json'),
    /config\.json leaves the credentials for r to a helper/,
  )
})
