import { rootElement } from '../../shared/root.ts'
import { mount } from '../mount.tsx'
import { office, provider, takeAnswer } from './login.ts'

takeAnswer()
mount(rootElement(), office, provider.name)
