import { createWorld } from '../server/testdata/world.ts'
import { clientSuite } from './client.suite.ts'

clientSuite('in one process', async () => ({ client: createWorld().client, close: async () => undefined }))
