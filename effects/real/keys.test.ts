import { testKeys } from '../keys.suite.ts'
import { createKeys } from './keys.ts'

testKeys('node:crypto', createKeys)
