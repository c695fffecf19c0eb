-- What is better said in Lua. `plain` makes a message of an error that a function of this server raised.
local plain = ...

-- The pairs of two maps. Of a key in both a function, if there is one, makes the value of both values; without it, or if it gives none,
-- the second map's counts. It is here because functions that call functions would use up more of the server's stack than Lua allows for.
function map.merge(first, second, combine)
    local merged = map.clone(first)
    for key, value in map.pairs(second) do
        local old = merged[key]
        if old ~= nil and type(combine) == "function" then
            value = combine(old, value) or value
            -- A value that a map cannot hold is not put.
            map.remove(merged, key)
        end
        merged[key] = value
    end
    return merged
end

function math.sum(a, b)
    return a + b
end

function math.product(a, b)
    return a * b
end

-- Not in Lua 5.4 as servers build it.
for _, name in ipairs({ "atan2", "cosh", "frexp", "ldexp", "log10", "pow", "sinh", "tanh" }) do
    math[name] = nil
end

local protected, protected_with = pcall, xpcall

local function outcome(ok, ...)
    if ok then
        return true, ...
    end
    return false, plain((...))
end

function pcall(...)
    return outcome(protected(...))
end

function xpcall(run, handler, ...)
    return protected_with(run, function(message) return handler(plain(message)) end, ...)
end

-- Nothing reads files, and nothing runs binary code, which Lua does not check.
dofile, loadfile = nil, nil
local load_any = load

function load(chunk, name, mode, ...)
    return load_any(chunk, name, "t", ...)
end
