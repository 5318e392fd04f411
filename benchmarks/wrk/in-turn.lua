-- Asks for secrets in turn. Arguments: a path up to the number that ends it, and how many there are.
local report = debug.getinfo(1, "S").source:match("^@(.*/)") .. "report.lua"
dofile(report)

local requests = {}
local at = 0

function init(args)
  for number = 1, tonumber(args[2]) do
    requests[number] = wrk.format(nil, args[1] .. number)
  end
end

function request()
  at = at % #requests + 1
  return requests[at]
end
