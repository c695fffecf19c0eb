-- The module that every client registers and calls: `native_functions.py` beside the Python tests, and `functions.rs` here.

function echo(rec, value)
    return value
end

-- Creates the record or adds to it; says how it stands.
function count(rec, by)
    if aerospike:exists(rec) then
        rec['n'] = rec['n'] + by
        aerospike:update(rec)
    else
        rec['n'] = by
        record.set_ttl(rec, 1000)
        aerospike:create(rec)
    end
    return map {n = rec['n'], bins = record.numbins(rec)}
end

function drop(rec)
    return aerospike:remove(rec)
end

function lists()
    local items = list {3, 1}
    list.append(items, 2)
    list.prepend(items, 0)
    list.insert(items, 2, 9)
    list.remove(items, 1)
    local sum = 0
    for item in list.iterator(items) do
        sum = sum + item
    end
    return list {items, list.size(items), sum, list.take(items, 2), list.drop(items, 3)}
end

function maps()
    local items = map {a = 1, b = 2}
    items['c'] = 3
    map.remove(items, 'a')
    local sum = 0
    for value in map.values(items) do
        sum = sum + value
    end
    return map {size = map.size(items), sum = sum, merged = map.merge(items, map {b = 5}, function(one, other) return one + other end)}
end

function octets()
    local data = bytes(4)
    bytes.set_int16(data, 1, 258)
    bytes.set_byte(data, 3, 7)
    bytes.set_byte(data, 4, 255)
    return data
end

function place(rec)
    return geojson('{"type":"Point","coordinates":[1,2]}')
end

function endless()
    while true do end
end

function wrong()
    error('as it was told')
end

function mark(rec, name, value)
    rec[name] = value
    aerospike:update(rec)
end

local function number(rec)
    return rec.n
end

local function add(one, other)
    return one + other
end

-- The sum of `n` where it is not below `least`.
function sum(stream, least)
    return stream : filter(function(rec) return rec.n >= least end) : map(number) : reduce(add)
end

-- How many records there are of each remainder.
function remainders(stream, by)
    local function tally(counts, rec)
        local rest = rec.n % by
        counts[rest] = (counts[rest] or 0) + 1
        return counts
    end
    local function merge(one, other)
        return map.merge(one, other, add)
    end
    return stream : aggregate(map(), tally) : reduce(merge)
end
