import { metrics, trace } from '@opentelemetry/api'
import { MeterProvider, MetricReader } from '@opentelemetry/sdk-metrics'
import { InMemorySpanExporter, SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace'

/** Hands out what was measured when it is asked. */
class AskedReader extends MetricReader {
  protected override async onShutdown(): Promise<void> {}
  protected override async onForceFlush(): Promise<void> {}
}

const exporter = new InMemorySpanExporter()
const reader = new AskedReader()
trace.setGlobalTracerProvider(new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter })] }))
metrics.setGlobalMeterProvider(new MeterProvider({ readers: [reader] }))

/** The spans that have ended, as an exporter gets them. */
export const spans = () => exporter.getFinishedSpans()

/** What an instrument has measured by now, for each set of attributes. */
export async function measured(name: string) {
  const { resourceMetrics } = await reader.collect()
  const all = resourceMetrics.scopeMetrics.flatMap((scope) => scope.metrics)
  return all.flatMap(({ descriptor, dataPoints }) =>
    descriptor.name === name ? dataPoints.map(({ attributes, value }) => ({ attributes, value })) : [],
  )
}
