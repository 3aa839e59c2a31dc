import { provider } from '../shared/client.ts'
import { rootElement } from '../shared/root.ts'
import { till } from '../shared/till.ts'
import { mount } from './mount.ts'

mount(rootElement(), till, provider.name)
