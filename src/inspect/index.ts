export { connectViewer, type ViewerLink } from './connect-viewer.ts'
export { consoleReporter } from './console-reporter.ts'
export { createInspector, type InspectorOptions, type Sink } from './inspector.ts'
export type { Deed, Wish } from './messages.ts'
export {
  type Appearance,
  type Deadlines,
  type Disappearance,
  deadlineNames,
  type Observation,
  type TransitionTaken,
} from './observation.ts'
export type { Inspect } from './observing.ts'
export { recorder } from './recorder.ts'
export { parseRecording, type Recording, type RecordingProblem } from './recording.ts'
export { presentOf, type RequestMade, retell, type Story, storiesOf, type Visit } from './story.ts'
export type { ViewerDeed, ViewerLinkOptions } from './viewer-link-options.ts'
