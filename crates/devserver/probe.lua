local function show(v, depth)
  depth = depth or 0
  if depth > 5 then return '...' end
  local t = type(v)
  if t == 'userdata' then
    local mt = tostring(v)
    return 'userdata<' .. mt:gsub('0x%x+','PTR') .. '>'
  elseif t == 'string' then return string.format('%q', v)
  elseif t == 'table' then
    local keys = {}
    for k, x in pairs(v) do keys[#keys+1] = tostring(k) .. '=' .. show(x, depth+1) end
    table.sort(keys)
    return '{' .. table.concat(keys, ',') .. '}'
  elseif t == 'number' then return math.type(v) .. ':' .. tostring(v)
  elseif t == 'function' then return 'function'
  else return tostring(v) end
end

local function pack(...)
  local n = select('#', ...)
  local out = {}
  for i = 1, n do out[i] = show((select(i, ...))) end
  return table.concat(out, ' | ')
end

local function finish(ok, ...)
  if ok then return pack(...) end
  return 'ERROR ' .. tostring((...))
end

local function run(code)
  local chunk, err = load(code, '=probe')
  if not chunk then return 'SYNTAX ' .. tostring(err) end
  return finish(pcall(chunk))
end

function f(s, code)
  return s : map(function(x) return x end) : reduce(function(a, b) return run(code) end)
end

function g(r, code)
  rec = r
  return run(code)
end

function r(s, code)
  return s : map(function(x) return x end) : reduce(function(a, b) return load(code)() end)
end

function q(r, code)
  return load(code)()
end

function h(s, code)
  return load(code, '=probe')(s)
end
