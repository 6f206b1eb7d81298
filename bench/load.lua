-- What wrk sends: the lines of a file (method, path, token and body, with tabs between), in turn. Tells one line of
-- JSON when it is done. A second argument is the pause before each request of a connection, in milliseconds.

local lines, at, pause = {}, 0, nil

local function fields(line)
  return line:match("^([^\t]*)\t([^\t]*)\t([^\t]*)\t(.*)$")
end

function init(args)
  local headers = { ["User-Agent"] = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0" }
  for line in io.lines(args[1]) do
    local method, path, token, body = fields(line)
    headers["Authorization"] = token ~= "" and ("Bearer " .. token) or nil
    headers["Content-Type"] = body ~= "" and "application/json" or nil
    lines[#lines + 1] = wrk.format(method, path, headers, body ~= "" and body or nil)
  end
  pause = tonumber(args[2])
  if pause then
    delay = function() return pause end
  end
  -- Of a batch, each item is refused alone. Bodies are kept only where this is asked for: it costs.
  if lines[1] and lines[1]:match("^POST") then
    response = function(status, headers, body)
      if body:find('"result":"refused"', 1, true) then refused = refused + 1 end
    end
  end
end

refused, turns = 0, 0

function request()
  at = at + 1
  if at > #lines then
    at = 1
    turns = turns + 1
  end
  return lines[at]
end

local threads = {}

function setup(thread)
  threads[#threads + 1] = thread
end

function done(summary, latency, requests)
  local refused_ones, again = 0, 0
  for _, thread in ipairs(threads) do
    refused_ones = refused_ones + thread:get("refused")
    again = again + thread:get("turns")
  end
  local errors = summary.errors
  io.write(string.format(
    '{"requests":%d,"micros":%d,"p50":%d,"p99":%d,"failed":%d,"refused":%d,"turns":%d}\n',
    summary.requests, summary.duration, latency:percentile(50), latency:percentile(99),
    errors.connect + errors.read + errors.write + errors.status + errors.timeout, refused_ones, again))
end
