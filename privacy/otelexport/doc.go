// Package otelexport puts a privacy.Redactor before the exporters of the OpenTelemetry SDK, so that what code elsewhere writes
// into spans, logs and metrics leaves the process without personal data:
//
//	exporter, err := otlptracehttp.New(ctx)
//	provider := trace.NewTracerProvider(trace.WithBatcher(otelexport.Spans(exporter, redactor)))
//
// Attributes, names of spans, events, descriptions of a status and bodies of logs are hidden as privacy.Redactor.LogAttr does: without
// numbers, since telemetry has no session. Keys, instrument names, the resource and the instrumentation scope stay as they are;
// they belong to the program. What cannot be inspected is withheld. Redaction happens when a batch is exported, away from the
// calls that made it.
//
// It is a module of its own because its interfaces are the SDK's: programs that only use the API need none of it.
package otelexport
