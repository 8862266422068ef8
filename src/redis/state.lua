-- SPDX-License-Identifier: MIT
--
-- The first part of the script: what an event holds, as tables that the other
-- parts read and change, and how these are written back. state.lua,
-- transaction.lua and operations.lua are one constant script, in that order.
--
-- Nothing is written before save(), which only runs commands on keys that have
-- been read with their own type: none of them can fail.
--
-- Made into a script, it is run anew by every call; made into a function of the
-- server (script.h says when), it stays from call to call, and what belongs to
-- one call is set by begin_call(), also after one that failed.
--
-- KEYS  1 event_sections    zset  section names, score 0
--       2 seatfield_bookings hash  booking -> what is known of it, packed:
--           open    {0, buyer, hold_until, first_reserved_at, name, seats, ...}
--           closed  {status, buyer, closed_at, order}
--       3 seatfield_closed  zset  closed bookings by order of closing
--       4 seatfield_ids     hash  transaction id -> {time, body, answer}, packed
--       5 seatfield_recent  zset  transaction ids by order of commit
--       6 seatfield_due     zset  sections by their next deadline
--       7 seatfield_event   hash  order, paused, sections, seats
--       8 seatfield_buyers  hash  buyer -> seats, where they are limited
--       then the keys of the sections that the request names
-- ARGV  1 operation  2 prefix  3 tag  4 settings, packed  5 now, in microseconds
--       (0: the server's clock)  6 request, packed
--
-- Ids, prices and times of reservation are text that is never a number here: in
-- the layout compact 16, 8, 8 and 8 bytes, else as they stand in seat_meta.
-- Numbers are microseconds, counts and 0-based seat indexes.

local NEVER = 9007199254740992 -- 2^53: no time that is later can be told apart
local AVAILABLE, RESERVED, SOLD, BLOCKED = 0, 1, 2, 3
local OPEN, EXPIRED, RELEASED, REFUNDED = 0, 1, 2, 3 -- of a booking
local JSON, PRICE, COMPACT = 0, 1, 2 -- how metadata is written
local NOTHING = {}
local SLOT_BYTES = 40 -- booking 16, buyer 8, price 8, reserved_at 8

local floor, format, min, max = math.floor, string.format, math.min, math.max
local insert, sort, concat = table.insert, table.sort, table.concat

-- Of the call.
local prefix, tag, now
local settings -- as they were given
local form, tag_has_section, limits -- which they say

-- What is known so far. All of it is forgotten by forget().
local sections -- name -> section, or false
local bookings -- id -> booking
local buyers -- buyer -> seats
local order -- the last one given, of what is kept by order
local order_found -- as it was read
local event_is_paused
local expired_holds, expired_seats
local time -- of what is done now

local function forget()
  sections, bookings, buyers = {}, {}, {}
  order, event_is_paused = nil, nil
  expired_holds, expired_seats = 0, 0
end

-- Kept from call to call: settings -> prefix -> tag -> name -> keys of a section.
local KNOWN_KEYS_MAX = 4096
local known_keys, known_count
local known_here -- those of the call's settings, prefix and tag

local function forget_keys()
  known_keys, known_count, known_here = {}, 0, nil
end
forget_keys()

local function read_settings(packed)
  local values = cmsgpack.unpack(packed)
  form, tag_has_section = values[1], values[2] == 1
  limits = {
    seats_per_booking_max = values[3],
    seats_per_buyer_max = values[4],
    total_hold_max = values[5],
    id_retention = values[6],
    ids_max = values[7],
    tombstone_retention = values[8],
    tombstones_max = values[9],
    sections_per_event_max = values[10],
  }
  settings = packed
end

local function begin_call()
  if ARGV[4] ~= settings then
    read_settings(ARGV[4])
    known_here = nil
  end
  if ARGV[2] ~= prefix or ARGV[3] ~= tag then
    prefix, tag, known_here = ARGV[2], ARGV[3], nil
  end
  now = tonumber(ARGV[5])
  if now == 0 then
    local clock = redis.call('TIME')
    now = tonumber(clock[1]) * 1000000 + tonumber(clock[2])
  end
  forget()
end

-- --- Commands ---------------------------------------------------------------

-- Ends the script with an error for the environment; nothing was written.
local function fail(text)
  error({ seatfield = text }, 0)
end

-- A read. What it meets of another type is named.
local function ask(command, key, ...)
  local reply = redis.pcall(command, key, ...)
  if type(reply) == 'table' and reply.err then
    fail('key ' .. key .. ': ' .. reply.err)
  end
  return reply
end

local function tell(...)
  return redis.call(...)
end

-- Calls with many words in parts of at most `size`, which the stack can hold.
local function each_part(words, size, fn)
  for first = 1, #words, size do
    fn(unpack(words, first, min(first + size - 1, #words)))
  end
end

local function whole(number)
  return format('%.0f', number)
end

-- A whole number from 0, or nothing: others may have written the text.
local function count_in(text)
  local number = tonumber(text or '')
  return number and number >= 0 and number < NEVER and number % 1 == 0 and number
    or nil
end

-- What a field of ours holds, of which the first values must be of these types.
local function unpack_record(key, packed, a, b, c, d)
  local done, fields = pcall(cmsgpack.unpack, packed)
  if not done or type(fields) ~= 'table'
    or a and type(fields[1]) ~= a or b and type(fields[2]) ~= b
    or c and type(fields[3]) ~= c or d and type(fields[4]) ~= d then
    fail('key ' .. key .. ': a record in it is spoilt')
  end
  return fields
end

-- In order. One key is the most frequent case.
local function keys_of(map)
  local first = next(map)
  local list = { first }
  for key in next, map, first do
    list[#list + 1] = key
  end
  if list[2] then
    sort(list)
  end
  return list
end

-- --- Time -------------------------------------------------------------------

local function add_time(time, duration)
  if duration >= NEVER or time + duration >= NEVER then
    return NEVER
  end
  return time + duration
end

-- Days since 1970 to a date: Hinnant, chrono-compatible low-level date
-- algorithms, civil_from_days.
local function date_of(days)
  days = days + 719468
  local era = floor(days / 146097)
  local day_of_era = days - era * 146097
  local year_of_era = floor((day_of_era - floor(day_of_era / 1460)
    + floor(day_of_era / 36524) - floor(day_of_era / 146096)) / 365)
  local day_of_year = day_of_era - (365 * year_of_era
    + floor(year_of_era / 4) - floor(year_of_era / 100))
  local month = floor((5 * day_of_year + 2) / 153)
  local day = day_of_year - floor((153 * month + 2) / 5) + 1
  month = month < 10 and month + 3 or month - 9
  local year = year_of_era + era * 400 + (month <= 2 and 1 or 0)
  return year, month, day
end

-- A time as it stands in seat_meta.
local function time_text(time)
  if form == COMPACT then
    return struct.pack('>i8', time)
  end
  local micros = time % 1000000
  local seconds = (time - micros) / 1000000
  local days = floor(seconds / 86400)
  local rest = seconds - days * 86400
  local year, month, day = date_of(days)
  return format('%04d-%02d-%02dT%02d:%02d:%02d.%06dZ', year, month, day,
    floor(rest / 3600), floor(rest % 3600 / 60), rest % 60, micros)
end

-- --- The event --------------------------------------------------------------

local function open_event()
  if order then
    return
  end
  local found = ask('HMGET', KEYS[7], 'order', 'paused')
  order = count_in(found[1] or '0')
  if not order then
    fail('key ' .. KEYS[7] .. ': its order is no number')
  end
  order_found = order
  event_is_paused = found[2] == '1'
end

local function event_exists()
  return ask('ZCARD', KEYS[1]) > 0
end

local function next_order()
  order = order + 1
  return order
end

-- From here on all stands in a function of its own. A chunk makes its functions
-- anew in each call, and one that takes a local of the same function looks for
-- it among all of them, but finds one of an outer function at once.
local run_call = (function()

-- --- Sections ---------------------------------------------------------------
--
-- A section: name, keys, rows, width, size, counts (by state), version, changed_at,
-- paused, made, next_deadline, kept (how many prices of free seats are kept);
-- seats (by seat, as far as known); states_changed (some are to be saved); text
-- (a digit a seat, as they were read); reason, reason_written, kept_written (by
-- seat, to be saved); soonest (of the deadlines that come), has_lost_next (a
-- hold of the next deadline goes).
--
-- A seat: state; changed (it is to be saved); meta (what is known of the rest);
-- booking, buyer, price, reserved_at, each of which may be absent; raw, the field
-- of seat_meta.
local UNKNOWN, READ, WRITTEN = 0, 1, 2 -- metadata of a seat

-- Other keys of a section, by what they begin with.
local CONFIG, META, OWNERS = 'section_config', 'seat_meta', 'seatfield_owners'
local KEPT, REASONS = 'seatfield_kept', 'seatfield_reasons'

local function key_of(section, kind)
  return prefix .. kind .. section.keys.place
end

local DIGITS = setmetatable({}, {
  __index = function(digits, byte)
    local value = byte:byte()
    local text = floor(value / 64) .. floor(value / 16) % 4
      .. floor(value / 4) % 4 .. value % 4
    digits[byte] = text
    return text
  end,
})

-- A digit for each seat of a section as it was read.
local function text_of(section)
  if section.text then
    return section.text
  end
  local bytes = ask('GET', section.keys.bits) or ''
  local text = bytes:gsub('.', DIGITS)
  if #text < section.size then
    text = text .. ('0'):rep(section.size - #text)
  end
  section.text = text:sub(1, section.size)
  return section.text
end

local function count_of(text, digit)
  local _, count = text:gsub(digit, '')
  return count
end

local function recount(section)
  local text = text_of(section)
  for state = AVAILABLE, BLOCKED do
    section.counts[state] = count_of(text, tostring(state))
  end
end

local COMPACT_FORMAT = '>I4I4I4I4I4I4I4I8i8i8BI2'

local function read_compact(section)
  local packed = ask('GET', section.keys.stats)
  if not packed then
    return false
  end
  if #packed ~= 71 then
    fail('key ' .. section.keys.stats .. ': ' .. #packed .. ' bytes, not 71')
  end
  local counts, paused = section.counts
  section.rows, section.width, counts[0], counts[1], counts[2], counts[3],
    section.kept, section.version, section.changed_at, section.next_deadline,
    paused = struct.unpack(COMPACT_FORMAT, packed)
  section.paused = paused == 1
  section.made = packed:sub(56)
  return true
end

local function read_fields(section)
  local config = ask('HMGET', key_of(section, CONFIG), 'rows', 'seats_per_row')
  if not config[1] then
    return false
  end
  section.rows, section.width = count_in(config[1]), count_in(config[2])
  local stats = ask('HMGET', section.keys.stats, 'available', 'reserved', 'sold',
    'blocked', 'version', 'changed_at', 'updated_at', 'paused', 'made',
    'next_deadline', 'kept')
  for state = AVAILABLE, BLOCKED do
    section.counts[state] = count_in(stats[state + 1])
  end
  section.version = count_in(stats[5]) or 0
  section.changed_at = count_in(stats[6]) or (count_in(stats[7]) or 0) * 1000000
  section.paused = stats[8] == '1'
  section.made = stats[9] or ''
  section.next_deadline = count_in(stats[10]) or NEVER
  section.kept = count_in(stats[11]) or 0
  return true
end

local function check_shape(section)
  local rows, width = section.rows, section.width
  if not (rows and width) or rows < 1 or width < 1 or rows * width > 16777216
    or rows % 1 ~= 0 or width % 1 ~= 0 then
    fail('section ' .. section.name .. ': no shape in ' .. key_of(section, CONFIG))
  end
  section.size = rows * width
  local bytes = ask('STRLEN', section.keys.bits)
  if bytes > floor((section.size + 3) / 4) then
    fail('section ' .. section.name .. ': ' .. bytes .. ' bytes in '
      .. section.keys.bits .. ', more than its ' .. section.size .. ' seats take')
  end
  local counts = section.counts
  if (counts[0] or -1) + (counts[1] or -1) + (counts[2] or -1)
    + (counts[3] or 0) ~= section.size or not counts[3] then
    recount(section)
  end
end

local function make_keys(name)
  local place = ':' .. (tag_has_section and tag or tag .. ':' .. name)
  return {
    place = place,
    bits = prefix .. 'seats_bf' .. place,
    stats = prefix .. (form == COMPACT and 'seatfield_stats' or 'section_stats') .. place,
    slots = prefix .. 'seatfield_slots' .. place,
    holds = prefix .. 'seatfield_holds' .. place,
  }
end

-- map[key], made if it is not there.
local function entry_of(map, key)
  local entry = map[key] or {}
  map[key] = entry
  return entry
end

-- The most frequent keys of a section, which are the same in the next call.
local function keys_of_section(name)
  known_here = known_here or entry_of(entry_of(entry_of(known_keys, settings), prefix), tag)
  local keys = known_here[name]
  if keys then
    return keys
  end
  if known_count == KNOWN_KEYS_MAX then
    forget_keys()
    return keys_of_section(name)
  end
  keys = make_keys(name)
  known_here[name] = keys
  known_count = known_count + 1
  return keys
end

-- With all of its fields: a table that grows costs more than it holds.
local function new_section(name)
  return {
    name = name, keys = keys_of_section(name),
    rows = 0, width = 0, size = 0, counts = { [0] = 0, 0, 0, 0 }, kept = 0,
    version = 0, changed_at = 0, paused = false, made = '', place = 0,
    changed = false, text = false, has_lost_next = false,
    next_deadline = NEVER, soonest = NEVER,
    seats = {}, states_changed = false,
    reason = {}, kept_written = {}, reason_written = {},
  }
end

-- The section of that name, or false.
local function section_of(name)
  local section = sections[name]
  if section ~= nil then
    return section
  end
  section = new_section(name)
  local found
  if form == COMPACT then
    found = read_compact(section)
  else
    found = read_fields(section)
  end
  if found then
    check_shape(section)
  end
  sections[name] = found and section or false
  return sections[name]
end

-- The section that a request names, or false: `made` is what a handle was
-- resolved to, or '' for a name.
local function section_named(name, made)
  local section = name ~= '' and section_of(name)
  return section and (made == '' or made == section.made) and section
end

local function all_names()
  return ask('ZRANGE', KEYS[1], 0, -1)
end

-- --- States of seats --------------------------------------------------------

-- As many as are read seat by seat; of more the whole section is read.
local SEAT_BY_SEAT_MAX = 200
-- What the four seats of a byte count for.
local PLACE_VALUES = { [0] = 64, 16, 4, 1 }
-- As many as are written as one number, of which 52 bits are exact.
local SEATS_PER_NUMBER = 26
-- As many slots as are put together in one string.
local SLOTS_PER_STRING = 32

-- Calls fn(first, count) for each piece of the seats, at most so long, that follow
-- each other and are wanted by what is known of them.
local function each_piece(section, seats, is_wanted, most, fn)
  local first, count = 0, 0
  for _, seat in ipairs(seats) do
    local wanted = is_wanted(section.seats[seat])
    if count > 0 and not (wanted and seat == first + count and count < most) then
      fn(first, count)
      count = 0
    end
    if wanted then
      first, count = count > 0 and first or seat, count + 1
    end
  end
  if count > 0 then
    fn(first, count)
  end
end

local function know_state(section, seat, state)
  section.seats[seat] = {
    state = state, changed = false, meta = UNKNOWN,
    booking = false, buyer = false, price = false, reserved_at = false, raw = false,
  }
end

-- Those of the seats of whose metadata so much is known.
local function seats_by_meta(section, seats, meta)
  local list = {}
  for _, seat in ipairs(seats) do
    if section.seats[seat].meta == meta then
      list[#list + 1] = seat
    end
  end
  return list
end

local function is_unknown(known)
  return not known
end

local function load_states(section, seats)
  if section.text or #seats > SEAT_BY_SEAT_MAX then
    for _, seat in ipairs(seats) do
      if not section.seats[seat] then
        know_state(section, seat, text_of(section):byte(seat + 1) - 48)
      end
    end
    return
  end
  -- GETRANGE, as BITFIELD is a write even where it reads.
  each_piece(section, seats, is_unknown, #seats, function(first, count)
    local last = first + count - 1
    local from = floor(first / 4)
    local bytes = ask('GETRANGE', section.keys.bits, from, floor(last / 4)) or ''
    for seat = first, last do
      local place = seat % 4
      local byte = bytes:byte((seat - place) / 4 - from + 1) or 0
      know_state(section, seat, floor(byte / PLACE_VALUES[place]) % 4)
    end
  end)
end

-- The seat, with its state.
local function seat_of(section, seat)
  local known = section.seats[seat]
  if not known then
    load_states(section, { seat })
    known = section.seats[seat]
  end
  return known
end

local function state_of(section, seat)
  return seat_of(section, seat).state
end

local function set_state(section, seat, state)
  local counts, known = section.counts, seat_of(section, seat)
  counts[known.state] = counts[known.state] - 1
  counts[state] = counts[state] + 1
  known.state, known.changed = state, true
  section.states_changed = true
end

-- As text_of(), with what is to be saved.
local function picture_of(section)
  local text, parts, from = text_of(section), {}, 1
  if not section.states_changed then
    return text
  end
  for _, seat in ipairs(keys_of(section.seats)) do
    local known = section.seats[seat]
    if known.changed then
      parts[#parts + 1] = text:sub(from, seat)
      parts[#parts + 1] = tostring(known.state)
      from = seat + 2
    end
  end
  parts[#parts + 1] = text:sub(from)
  return concat(parts)
end

-- The SeatMap bytes of seats [first, last), with what is to be saved.
local function bits_of(section, first, last)
  if first == 0 and last == section.size and not section.states_changed then
    local bytes = ask('GET', section.keys.bits) or ''
    local spare = 4 * #bytes - last
    if spare > 3 or spare > 0 and bytes:byte(-1) % 4 ^ spare ~= 0 then
      fail('key ' .. section.keys.bits .. ': there are ' .. last
        .. ' seats, and bits after the last are set')
    end
    return bytes
  end
  local text, parts = picture_of(section):sub(first + 1, last), {}
  for at = 1, #text, 4 do
    local quad = text:sub(at, at + 3)
    local a, b, c, d = (quad .. ('0'):rep(4 - #quad)):byte(1, 4)
    parts[#parts + 1] =
      string.char((a - 48) * 64 + (b - 48) * 16 + (c - 48) * 4 + d - 48)
  end
  return concat(parts)
end

-- --- Metadata of seats ------------------------------------------------------
local row_and_number, row_key, by_rows, load_metas, meta_of, is_owned
local put_meta, drop_meta, reason_of, set_reason

do
  function row_and_number(section, seat)
    local column = seat % section.width
    return (seat - column) / section.width + 1, column + 1
  end

  -- Others may have written it: it is searched, not decoded, so that numbers stay
  -- the text that they are.
  local function parse_meta(known, raw)
    known.meta, known.raw, known.booking = READ, raw, false
    known.buyer, known.price, known.reserved_at = false, false, false
    if not raw then
      return
    end
    if raw:find('^%-?%d+$') then
      known.price = raw
      return
    end
    known.booking = raw:match('"booking_id"%s*:%s*"([^"]*)"')
    known.buyer = raw:match('"buyer_id"%s*:%s*"?(%-?%d+)')
    known.price = raw:match('"price"%s*:%s*"?(%-?%d+)')
    known.reserved_at = raw:match('"reserved_at"%s*:%s*"([^"]*)"')
  end

  -- Calls fn(row, numbers, seats) for each row that has some of the seats.
  function by_rows(section, seats, fn)
    local rows, listed = {}, {}
    for _, seat in ipairs(seats) do
      local row, number = row_and_number(section, seat)
      local entry = rows[row]
      if not entry then
        entry = { row = row, numbers = {}, seats = {} }
        rows[row] = entry
        listed[#listed + 1] = entry
      end
      insert(entry.numbers, number)
      insert(entry.seats, seat)
    end
    for _, entry in ipairs(listed) do
      fn(entry.row, entry.numbers, entry.seats)
    end
  end

  function row_key(section, row)
    return key_of(section, META) .. ':' .. whole(row)
  end

  local function load_fields(section, seats)
    by_rows(section, seats, function(row, numbers, row_seats)
      local at = 0
      each_part(numbers, 1000, function(...)
        local raws = ask('HMGET', row_key(section, row), ...)
        for i, raw in ipairs(raws) do
          parse_meta(section.seats[row_seats[at + i]], raw)
        end
        at = at + #raws
      end)
    end)
  end

  local function load_owners(section, seats)
    local at, key = 0, key_of(section, OWNERS)
    each_part(seats, 1000, function(...)
      local found = ask('HMGET', key, ...)
      for i, packed in ipairs(found) do
        if packed then
          local owner = unpack_record(key, packed, 'string', 'string', 'string', 'string')
          local known = section.seats[seats[at + i]]
          known.booking, known.buyer, known.price, known.reserved_at =
            owner[1], owner[2], owner[3], owner[4]
        end
      end
      at = at + #found
    end)
  end

  local function has_unread_slot(known)
    return known.meta == UNKNOWN and (known.state == RESERVED or known.state == SOLD)
  end

  -- A slot says nothing of a free seat, but that its key is what it should be.
  local function load_slots(section, seats)
    local key, key_is_read, is_new = section.keys.slots, false, false
    each_piece(section, seats, has_unread_slot, #seats, function(first, count)
      local bytes = ask('GETRANGE', key, first * SLOT_BYTES,
        (first + count) * SLOT_BYTES - 1) or ''
      key_is_read = true
      for at = 0, #bytes - SLOT_BYTES, SLOT_BYTES do
        local known = section.seats[first + at / SLOT_BYTES]
        known.booking, known.buyer = bytes:sub(at + 1, at + 16), bytes:sub(at + 17, at + 24)
        known.price, known.reserved_at = bytes:sub(at + 25, at + 32), bytes:sub(at + 33, at + 40)
      end
    end)
    for _, seat in ipairs(seats) do
      local known = section.seats[seat]
      if known.meta == UNKNOWN then
        known.meta, is_new = READ, true
      end
    end
    if is_new and not key_is_read then
      ask('STRLEN', key)
    end
  end

  -- Of seats whose state is known.
  function load_metas(section, seats)
    if form == COMPACT then
      return load_slots(section, seats)
    end
    local missing = seats_by_meta(section, seats, UNKNOWN)
    if #missing == 0 then
      return
    end
    load_fields(section, missing)
    if form == PRICE then
      load_owners(section, missing)
    end
  end

  -- The seat, with its state and the rest.
  function meta_of(section, seat)
    local known = seat_of(section, seat)
    if known.meta == UNKNOWN then
      load_metas(section, { seat })
    end
    return known
  end

  function is_owned(section, seat, id)
    local known = section.seats[seat] or seat_of(section, seat)
    if known.state ~= RESERVED and known.state ~= SOLD then
      return false
    end
    if known.meta == UNKNOWN then
      load_metas(section, { seat })
    end
    return known.booking == id
  end

  -- Writes metadata; what stood on the free seat is kept for its release.
  function put_meta(section, seat, booking, buyer, price, reserved_at)
    local known = meta_of(section, seat)
    if form ~= COMPACT and known.raw and not known.booking then
      section.kept = section.kept + (section.kept_written[seat] and 0 or 1)
      section.kept_written[seat] = known.raw
    end
    known.booking, known.buyer, known.price, known.reserved_at =
      booking, buyer, price, reserved_at
    known.meta = WRITTEN
  end

  -- Removes it; what was kept stands there again.
  function drop_meta(section, seat)
    local raw = false
    if section.kept > 0 then
      raw = section.kept_written[seat]
      if raw == nil then
        raw = ask('HGET', key_of(section, KEPT), whole(seat))
      end
      if raw then
        section.kept = section.kept - 1
        section.kept_written[seat] = false
      end
    end
    local known = seat_of(section, seat)
    parse_meta(known, raw)
    known.meta = WRITTEN
  end

  function reason_of(section, seat)
    local reason = section.reason[seat]
    if not reason then
      reason = tonumber(ask('HGET', key_of(section, REASONS), whole(seat)) or '') or 0
      section.reason[seat] = reason
    end
    return reason
  end

  function set_reason(section, seat, reason)
    if reason_of(section, seat) ~= reason then
      section.reason[seat] = reason
      section.reason_written[seat] = true
    end
  end
end

-- --- Bookings ---------------------------------------------------------------
--
-- A booking: id; hold_before (hold_until as it was read); open; buyer,
-- hold_until, first_reserved_at, seats (name -> set of seats) and lists (name ->
-- the same in order, where that is known) while it is open;
-- closed {status, buyer, at, order} if it is known as closed, new if only from
-- now on; changed; moved (names of the sections in which its holds have
-- changed); left_by.

local function unpack_booking(id, packed)
  local booking = {
    id = id, open = false, buyer = false, closed = false, changed = false,
    seats = {}, lists = {}, moved = {}, hold_until = NEVER, hold_before = NEVER,
    first_reserved_at = 0, left_by = RELEASED, is_loaded = false,
  }
  if not packed then
    return booking
  end
  local fields = unpack_record(KEYS[2], packed, 'number', 'string', 'number', 'number')
  if fields[1] ~= OPEN then
    booking.closed = {
      status = fields[1], buyer = fields[2], at = fields[3], order = fields[4],
    }
    return booking
  end
  booking.open = true
  booking.buyer, booking.hold_until, booking.first_reserved_at =
    fields[2], fields[3], fields[4]
  booking.hold_before = booking.hold_until
  for i = 5, #fields, 2 do
    local set, name, seats, before = {}, fields[i], fields[i + 1], -1
    local sound = type(name) == 'string' and type(seats) == 'table'
    for _, seat in ipairs(sound and seats or NOTHING) do
      sound = sound and type(seat) == 'number' and seat % 1 == 0 and seat > before
      if sound then
        set[seat], before = true, seat
      end
    end
    if not sound then
      fail('key ' .. KEYS[2] .. ': a record in it is spoilt')
    end
    booking.seats[name], booking.lists[name] = set, seats
  end
  return booking
end

local function booking_of(id)
  local booking = bookings[id]
  if not booking then
    booking = unpack_booking(id, ask('HGET', KEYS[2], id))
    bookings[id] = booking
  end
  return booking
end

-- Its seats in a section, in order.
local function seats_in(booking, name)
  local list = booking.lists[name] or keys_of(booking.seats[name])
  booking.lists[name] = list
  return list
end

-- Calls fn(section, seat, state) for the seats that are the booking's own, by
-- section name and seat, of one state or of both.
local function each_seat(booking, wanted, fn)
  if not booking.open then
    return
  end
  for _, name in ipairs(keys_of(booking.seats)) do
    local section = section_of(name)
    if section then
      local seats = seats_in(booking, name)
      if not booking.is_loaded then
        load_states(section, seats)
        load_metas(section, seats)
      end
      for _, seat in ipairs(seats) do
        if is_owned(section, seat, booking.id) then
          local state = section.seats[seat].state
          if not wanted or state == wanted then
            fn(section, seat, state)
          end
        end
      end
    end
  end
  booking.is_loaded = true -- those that come later are known when they come
end

local function count_seats(booking, wanted)
  local count = 0
  each_seat(booking, wanted, function()
    count = count + 1
  end)
  return count
end

local function has_seats(booking, wanted)
  if booking.open then
    for name, set in pairs(booking.seats) do
      local section = section_of(name)
      for seat in pairs(section and set or NOTHING) do
        if is_owned(section, seat, booking.id)
          and (not wanted or section.seats[seat].state == wanted) then
          return true
        end
      end
    end
  end
  return false
end

local function seats_of_buyer(buyer)
  if not buyers[buyer] then
    buyers[buyer] = tonumber(ask('HGET', KEYS[8], buyer) or '') or 0
  end
  return buyers[buyer]
end

local function count_for_buyer(buyer, change)
  if limits.seats_per_buyer_max < NEVER then
    buyers[buyer] = seats_of_buyer(buyer) + change
  end
end

local function give_seat(booking, section, seat)
  local set = booking.seats[section.name]
  if not set then
    set = {}
    booking.seats[section.name] = set
  end
  booking.changed, booking.moved[section.name] = true, true
  if not set[seat] then
    set[seat], booking.lists[section.name] = true, nil
    count_for_buyer(booking.buyer, 1)
  end
end

local function take_seat(booking, section, seat)
  local set = booking.seats[section.name]
  if set and set[seat] then
    set[seat], booking.lists[section.name] = nil, nil
    count_for_buyer(booking.buyer, -1)
  end
  booking.changed, booking.moved[section.name] = true, true
end

-- Makes one that may take seats for that buyer.
local function open_booking(booking, buyer)
  if not booking.open then
    booking.open = true
    booking.seats, booking.lists = {}, {}
    booking.hold_until, booking.first_reserved_at = NEVER, 0
    booking.left_by = RELEASED
  end
  booking.buyer = buyer
  booking.changed = true
end

local function close_booking(booking, status, at)
  booking.open = false
  booking.closed = {
    status = status, buyer = booking.buyer, at = at, order = next_order(),
    new = true,
  }
  booking.changed = true
end

local function end_hold_if_empty(booking)
  if booking.open and booking.hold_until < NEVER
    and not has_seats(booking, RESERVED) then
    booking.hold_until = NEVER
    booking.changed = true
  end
end

-- --- Saving -----------------------------------------------------------------
local save_stats, save

do
  -- The oldest entries of a zset by order that must go: all that are too many
  -- once `added` have come, and of the next few those that are forgotten.
  local function oldest(zset, hash, added, size_max, is_forgotten)
    local many = max(ask('ZCARD', zset) + added - size_max, 0)
    local names = ask('ZRANGE', zset, 0, min(many + 1, 1000))
    local gone = {}
    for i, name in ipairs(names) do
      if i > many then
        local packed = ask('HGET', hash, name)
        if packed and not is_forgotten(unpack_record(hash, packed)) then
          break
        end
      end
      gone[#gone + 1] = name
    end
    return gone
  end

  local function is_old_tombstone(fields)
    return fields[1] ~= OPEN
      and add_time(tonumber(fields[3]) or 0, limits.tombstone_retention) <= now
  end

  local function is_old_answer(fields)
    return add_time(tonumber(fields[1]) or 0, limits.id_retention) <= now
  end

  local function is_changed(known)
    return known.changed
  end

  local function save_states(section, seats)
    if not section.states_changed then
      return
    end
    each_piece(section, seats, is_changed, SEATS_PER_NUMBER, function(first, count)
      local number = 0
      for seat = first, first + count - 1 do
        number = number * 4 + section.seats[seat].state
      end
      tell('BITFIELD', section.keys.bits, 'SET', 'u' .. 2 * count, first * 2, number)
    end)
  end

  local function meta_text(known)
    if not known.booking then
      return known.raw
    end
    if form == PRICE then
      return known.price
    end
    return '{"buyer_id":' .. known.buyer .. ',"booking_id":"' .. known.booking
      .. '","price":' .. known.price .. ',"reserved_at":"' .. known.reserved_at .. '"}'
  end

  local function save_fields(section, seats)
    by_rows(section, seats, function(row, numbers, row_seats)
      local set, gone = {}, {}
      for i, seat in ipairs(row_seats) do
        local text = meta_text(section.seats[seat])
        if text then
          insert(set, numbers[i])
          insert(set, text)
        else
          insert(gone, numbers[i])
        end
      end
      local key = row_key(section, row)
      each_part(set, 1000, function(...)
        tell('HSET', key, ...)
      end)
      each_part(gone, 1000, function(...)
        tell('HDEL', key, ...)
      end)
    end)
  end

  local function save_owners(section, seats)
    local key = key_of(section, OWNERS)
    for _, seat in ipairs(seats) do
      local known = section.seats[seat]
      if known.booking then
        tell('HSET', key, seat,
          cmsgpack.pack({ known.booking, known.buyer, known.price, known.reserved_at }))
      else
        tell('HDEL', key, seat)
      end
    end
  end

  -- A slot says nothing once the seat is free.
  local function has_new_slot(known)
    return known.meta == WRITTEN and known.booking
  end

  local function save_slots(section, seats)
    each_piece(section, seats, has_new_slot, SLOTS_PER_STRING, function(first, count)
      local bytes = ''
      for seat = first, first + count - 1 do
        local known = section.seats[seat]
        bytes = bytes .. known.booking .. known.buyer .. known.price .. known.reserved_at
      end
      tell('SETRANGE', section.keys.slots, first * SLOT_BYTES, bytes)
    end)
  end

  local function save_metas(section, seats)
    if form == COMPACT then
      return save_slots(section, seats)
    end
    local written = seats_by_meta(section, seats, WRITTEN)
    save_fields(section, written)
    if form == PRICE then
      save_owners(section, written)
    end
    for seat, raw in pairs(section.kept_written) do
      if raw then
        tell('HSET', key_of(section, KEPT), seat, raw)
      else
        tell('HDEL', key_of(section, KEPT), seat)
      end
    end
  end

  local function save_reasons(section)
    for seat in pairs(section.reason_written) do
      if section.reason[seat] ~= 0 then
        tell('HSET', key_of(section, REASONS), seat, whole(section.reason[seat]))
      else
        tell('HDEL', key_of(section, REASONS), seat)
      end
    end
  end

  -- Others may have changed what a section says of its next deadline, but not
  -- where all is ours.
  local function keeps_next_deadline(section)
    return form == COMPACT and not section.has_lost_next
      and section.soonest >= section.next_deadline
  end

  local function check_deadlines()
    for _, section in pairs(sections) do
      if section and section.changed and not keeps_next_deadline(section) then
        return ask('ZCARD', KEYS[6])
      end
    end
  end

  -- After the holds have been saved.
  local function next_deadline_of(section)
    if form == COMPACT and not section.has_lost_next then
      return section.soonest
    end
    local first = ask('ZRANGE', section.keys.holds, 0, 0, 'WITHSCORES')
    return first[2] and tonumber(first[2]) or NEVER
  end

  local function save_next_deadline(section)
    if keeps_next_deadline(section) then
      return
    end
    local next_deadline = next_deadline_of(section)
    if next_deadline == section.next_deadline then
      return
    end
    section.next_deadline = next_deadline
    if next_deadline < NEVER then
      tell('ZADD', KEYS[6], whole(next_deadline), section.name)
    else
      tell('ZREM', KEYS[6], section.name)
    end
  end

  function save_stats(section)
    local counts = section.counts
    if form == COMPACT then
      return tell('SET', section.keys.stats,
        struct.pack(COMPACT_FORMAT, section.rows, section.width, counts[0],
          counts[1], counts[2], counts[3], section.kept, section.version,
          section.changed_at, section.next_deadline, section.paused and 1 or 0, 0)
          :sub(1, 55) .. section.made)
    end
    tell('HSET', section.keys.stats, 'available', counts[0], 'reserved', counts[1],
      'sold', counts[2], 'blocked', counts[3], 'version', whole(section.version),
      'changed_at', whole(section.changed_at), 'updated_at',
      whole(floor(section.changed_at / 1000000)), 'next_deadline',
      section.next_deadline < NEVER and whole(section.next_deadline) or '', 'kept',
      whole(section.kept))
  end

  -- Finds whether the booking holds something in a section where that may have
  -- changed, and which deadlines of the section come and go with it.
  local function plan_hold(booking, section)
    local holds = false
    if booking.open and booking.hold_until < NEVER then
      for seat in pairs(booking.seats[section.name] or NOTHING) do
        holds = holds or state_of(section, seat) == RESERVED
      end
    end
    if booking.hold_before < NEVER and booking.hold_before <= section.next_deadline then
      section.has_lost_next = true
    end
    if holds then
      section.soonest = min(section.soonest, booking.hold_until)
    end
    booking.moved[section.name] = holds
  end

  local function plan_holds()
    for _, booking in pairs(bookings) do
      for name in pairs(booking.changed and booking.moved or NOTHING) do
        if sections[name] then
          plan_hold(booking, sections[name])
        end
      end
    end
  end

  local function save_holds(booking)
    for name, holds in pairs(booking.moved) do
      local section = sections[name]
      if section and holds then
        tell('ZADD', section.keys.holds, whole(booking.hold_until), booking.id)
      elseif section then
        tell('ZREM', section.keys.holds, booking.id)
      end
    end
  end

  local function pack_booking(booking)
    local fields = { OPEN, booking.buyer, booking.hold_until, booking.first_reserved_at }
    for _, name in ipairs(keys_of(booking.seats)) do
      local seats = seats_in(booking, name)
      if #seats > 0 then
        insert(fields, name)
        insert(fields, seats)
      end
    end
    return cmsgpack.pack(fields)
  end

  local function save_booking(booking)
    save_holds(booking)
    local closed = booking.closed
    if booking.open then
      tell('HSET', KEYS[2], booking.id, pack_booking(booking))
      if closed and not closed.new then
        tell('ZREM', KEYS[3], booking.id)
      end
    elseif closed and closed.lost then
      tell('HDEL', KEYS[2], booking.id)
    elseif closed and closed.new then
      tell('HSET', KEYS[2], booking.id,
        cmsgpack.pack({ closed.status, closed.buyer, closed.at, closed.order }))
      tell('ZADD', KEYS[3], whole(closed.order), booking.id)
    end
  end

  -- The bookings that have closed, the earliest first.
  local function new_tombstones()
    local closed = {}
    for _, booking in pairs(bookings) do
      if not booking.open and booking.closed and booking.closed.new then
        closed[#closed + 1] = booking
      end
    end
    sort(closed, function(a, b)
      return a.closed.order < b.closed.order
    end)
    return closed
  end

  local function save_sections()
    for _, section in pairs(sections) do
      if section and section.changed then
        local seats = keys_of(section.seats)
        save_states(section, seats)
        save_metas(section, seats)
        save_reasons(section)
        save_next_deadline(section)
        save_stats(section)
      end
    end
  end

  local function save_buyers()
    for buyer, count in pairs(buyers) do
      if count > 0 then
        tell('HSET', KEYS[8], buyer, count)
      else
        tell('HDEL', KEYS[8], buyer)
      end
    end
  end

  local function forget_tombstones(ids)
    for _, id in ipairs(ids) do
      tell('ZREM', KEYS[3], id)
      local booking = bookings[id]
      if not booking or not booking.changed then
        tell('HDEL', KEYS[2], id)
      end
    end
  end

  local function save_answer(answer, dropped)
    for _, id in ipairs(dropped) do
      tell('ZREM', KEYS[5], id)
      tell('HDEL', KEYS[4], id)
    end
    tell('HSET', KEYS[4], answer[1], answer[2])
    tell('ZADD', KEYS[5], whole(next_order()), answer[1])
  end

  -- Whether tombstones come or go.
  local function has_closed()
    for _, booking in pairs(bookings) do
      if booking.changed and booking.closed then
        return true
      end
    end
    return false
  end

  -- Writes all that has changed. `answer`: what to remember of a transaction id,
  -- {id, packed}, or nothing.
  function save(answer)
    local closed = new_tombstones()
    local forgotten = has_closed() and oldest(KEYS[3], KEYS[2], #closed,
      limits.tombstones_max, is_old_tombstone) or NOTHING
    local dropped = answer and oldest(KEYS[5], KEYS[4], 1, limits.ids_max,
      is_old_answer)
    plan_holds()
    check_deadlines()
    for i = 1, #closed - limits.tombstones_max do
      closed[i].closed.new, closed[i].closed.lost = false, true
    end

    for _, booking in pairs(bookings) do
      if booking.changed then
        save_booking(booking)
      end
    end
    save_sections()
    save_buyers()
    forget_tombstones(forgotten)
    if answer then
      save_answer(answer, dropped)
    end
    if order ~= order_found then
      tell('HSET', KEYS[7], 'order', whole(order))
    end
  end
end
