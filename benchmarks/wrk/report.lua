-- What wrk measured, as one line that a program can read. Latencies are in microseconds.
function done(summary, latency, requests)
  io.write(string.format(
    "RESULT requests=%d micros=%d status=%d connect=%d read=%d write=%d timeout=%d p50=%d p99=%d\n",
    summary.requests, summary.duration, summary.errors.status, summary.errors.connect,
    summary.errors.read, summary.errors.write, summary.errors.timeout,
    latency:percentile(50), latency:percentile(99)))
end
