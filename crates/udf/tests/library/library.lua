-- Runs a piece of code and says in one line what it gave, or how it failed.

local function show(value, depth)
    depth = depth or 0
    if depth > 5 then
        return "..."
    end
    local kind = type(value)
    if kind == "userdata" then
        return "userdata<" .. tostring(value):gsub("0x%x+", "PTR") .. ">"
    elseif kind == "string" then
        return string.format("%q", value)
    elseif kind == "table" then
        local parts = {}
        for key, item in pairs(value) do
            parts[#parts + 1] = tostring(key) .. "=" .. show(item, depth + 1)
        end
        table.sort(parts)
        return "{" .. table.concat(parts, ",") .. "}"
    elseif kind == "number" then
        return math.type(value) .. ":" .. tostring(value)
    elseif kind == "function" then
        return "function"
    end
    return tostring(value)
end

local function outcome(ok, ...)
    if not ok then
        return "ERROR " .. tostring((...))
    end
    local parts = {}
    for index = 1, select("#", ...) do
        parts[index] = show((select(index, ...)))
    end
    return table.concat(parts, " | ")
end

function run(_, code)
    local chunk, failure = load(code, "=probe")
    if not chunk then
        return "SYNTAX " .. tostring(failure)
    end
    return outcome(pcall(chunk))
end
