-- Method, body and header fields ("name: value") of the request.
function init(args)
   wrk.method = args[1] or "GET"
   if args[2] and args[2] ~= "" then wrk.body = args[2] end
   for place = 3, #args do
      local name, value = args[place]:match("^([^:]+): (.*)$")
      wrk.headers[name] = value
   end
end

-- wrk calls this once at the end, so it costs the run nothing. Latencies come in microseconds.
function done(summary, latency, requests)
   local failed = summary.errors
   local errors = failed.connect + failed.read + failed.write + failed.status + failed.timeout
   io.write(string.format(
      '{"requests": %d, "errors": %d, "duration_us": %d, "p50_us": %d, "p99_us": %d}\n',
      summary.requests, errors, summary.duration, latency:percentile(50), latency:percentile(99)))
end
