-- What is simpler to say in Lua. `plain` makes a message of an error that a function of this server raised.
local plain = ...

function math.sum(a, b)
    return a + b
end

function math.product(a, b)
    return a * b
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
