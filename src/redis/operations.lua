-- SPDX-License-Identifier: MIT
--
-- The last part of the script: what is no transaction, and the choice among
-- all. Each operation answers one packed value.

local function answer_of(operation)
  local done, result = pcall(operation, cmsgpack.unpack(ARGV[6]))
  if done then
    return cmsgpack.pack(result)
  end
  if type(result) ~= 'table' then
    return redis.error_reply('SEATFIELD ' .. tostring(result))
  end
  if result.choose then
    return cmsgpack.pack(with_expired(result.choose))
  end
  return redis.error_reply('SEATFIELD ' .. (result.seatfield or result.err))
end

-- By name. The most frequent one, commit, does not wait until they are made.
local ops = {}

local function make_changes()

-- --- Sections ---------------------------------------------------------------

local function create_compact(section)
  for state = AVAILABLE, BLOCKED do
    section.counts[state] = 0
  end
  section.counts[AVAILABLE] = section.size
  section.next_deadline = NEVER
  save_stats(section)
  tell('SET', section.keys.slots, ('\0'):rep(section.size * SLOT_BYTES))
end

local function create_fields(section, event)
  tell('HSET', key_of(section, CONFIG), 'rows', section.rows, 'seats_per_row', section.width)
  tell('HSET', section.keys.stats, 'section_id', section.name, 'event_id', event,
    'available', section.size, 'reserved', 0, 'sold', 0, 'total', section.size,
    'updated_at', whole(floor(now / 1000000)), 'blocked', 0, 'version', 0,
    'changed_at', whole(now), 'made', section.made)
end

local function create_section(name, rows, width, made, event)
  local section = new_section(name)
  section.rows, section.width, section.size = rows, width, rows * width
  section.version, section.changed_at, section.made = 0, now, made
  tell('SET', section.keys.bits, ('\0'):rep(floor((section.size + 3) / 4)))
  if form == COMPACT then
    create_compact(section)
  else
    create_fields(section, event)
  end
  tell('ZADD', KEYS[1], 0, name)
end

-- What a new section must not find: the types of its keys, before the first
-- write.
local function check_fresh(name)
  local section = new_section(name)
  for _, key in ipairs({
    section.keys.bits, section.keys.stats, section.keys.slots, key_of(section, CONFIG),
  }) do
    if redis.call('EXISTS', key) == 1 then
      fail('key ' .. key .. ': it exists, but the section ' .. name .. ' does not')
    end
  end
end

local function count_event(sections_more, seats_more)
  local totals = ask('HMGET', KEYS[7], 'sections', 'seats')
  tell('HSET', KEYS[7], 'sections', whole((tonumber(totals[1] or '') or 0) + sections_more),
    'seats', whole((tonumber(totals[2] or '') or 0) + seats_more))
end

-- {event, check_only, name, rows, width, made, ...} -> {'other', name}, {'full'}
-- or {'made', sections, seats}, which are those that are new
ops.create = function(body)
  open_event()
  local fresh, seats = {}, 0
  for i = 3, #body, 4 do
    local name, rows, width = body[i], body[i + 1], body[i + 2]
    local section = section_of(name)
    if not section then
      check_fresh(name)
      insert(fresh, i)
      seats = seats + rows * width
    elseif section.rows ~= rows or section.width ~= width then
      return { 'other', name }
    end
  end
  local there = ask('ZCARD', KEYS[1])
  if body[2] == 0 then
    if #fresh > 0 and there + #fresh > limits.sections_per_event_max then
      return { 'full' }
    end
    for _, i in ipairs(fresh) do
      create_section(body[i], body[i + 1], body[i + 2], body[i + 3], body[1])
    end
    for i = 3, #body, 4 do
      tell('ZADD', KEYS[1], 0, body[i]) -- also of one that others have made
    end
    count_event(#fresh, seats)
    tell('HSET', KEYS[7], 'order', whole(order))
  end
  return { 'made', #fresh, seats }
end

-- The sections of a scope, or nothing if it does not exist.
local function scope_sections(name)
  if not event_exists() then
    return nil
  end
  local list = {}
  for _, each in ipairs(name ~= '' and { name } or all_names()) do
    local section = section_of(each)
    if section then
      insert(list, section)
    end
  end
  return #list > 0 and list or nil
end

-- What is due ends, and unless forced nothing may be held or sold then.
local function prepare(list, forced)
  time = now
  for _, section in ipairs(list) do
    time = max(time, section.changed_at)
  end
  local owned = 0
  for _, section in ipairs(list) do
    expire_section(section, time)
    owned = owned + section.counts[RESERVED] + section.counts[SOLD]
  end
  return owned == 0 or forced
end

-- Makes every seat available and takes it from its booking.
local function release_all(section)
  local text, owners, seats = picture_of(section), {}, {}
  for seat in text:gmatch('()[123]') do
    seats[#seats + 1] = seat - 1
  end
  load_states(section, seats)
  load_metas(section, seats)
  for _, seat in ipairs(seats) do
    local known = section.seats[seat]
    local state, id = known.state, known.booking
    set_state(section, seat, AVAILABLE)
    if state == BLOCKED then
      set_reason(section, seat, 0)
    else
      drop_meta(section, seat)
      if id then
        owners[id] = true
        take_seat(booking_of(id), section, seat)
      end
    end
  end
  for _, id in ipairs(keys_of(owners)) do
    local booking = bookings[id]
    end_hold_if_empty(booking)
    if booking.open and not has_seats(booking) then
      close_booking(booking, RELEASED, time)
    end
  end
end

local function drop_section(section)
  local keys = {
    section.keys.bits, section.keys.stats, section.keys.slots, section.keys.holds,
    key_of(section, CONFIG), key_of(section, OWNERS), key_of(section, KEPT),
    key_of(section, REASONS),
  }
  for row = 1, section.rows do
    insert(keys, row_key(section, row))
  end
  each_part(keys, 1000, function(...)
    tell('DEL', ...)
  end)
  tell('ZREM', KEYS[1], section.name)
  tell('ZREM', KEYS[6], section.name)
end

local function forget_event()
  for i = 1, 8 do
    tell('DEL', KEYS[i])
  end
end

-- {name ('': the event), forced} -> {'missing'}, {'owned', ...} or {'done', ...};
-- behind it expired_holds, expired_seats
ops.drop = function(body)
  open_event()
  local list = scope_sections(body[1])
  if not list then
    return with_expired({ 'missing' })
  end
  if not prepare(list, body[2] == 1) then
    save()
    return with_expired({ 'owned' })
  end
  local seats = 0
  for _, section in ipairs(list) do
    release_all(section)
    section.changed = true
    seats = seats + section.size
  end
  save()
  for _, section in ipairs(list) do
    drop_section(section)
  end
  if event_exists() then
    count_event(-#list, -seats)
  else
    forget_event()
  end
  return with_expired({ 'done' })
end

local function forget_bookings()
  tell('DEL', KEYS[2])
  tell('DEL', KEYS[3])
  tell('DEL', KEYS[4])
  tell('DEL', KEYS[5])
  tell('DEL', KEYS[8])
end

-- As drop.
ops.reset = function(body)
  open_event()
  local list = scope_sections(body[1])
  if not list then
    return with_expired({ 'missing' })
  end
  if not prepare(list, body[2] == 1) then
    save()
    return with_expired({ 'owned' })
  end
  for _, section in ipairs(list) do
    release_all(section)
    section.changed = true
    section.version = section.version + 1
    section.changed_at = time
  end
  save()
  if body[1] == '' then
    forget_bookings()
  end
  return with_expired({ 'done' })
end

-- {name ('': the event), paused} -> {'missing'} or {'done'}
ops.pause = function(body)
  local list = scope_sections(body[1])
  if not list then
    return { 'missing' }
  end
  if body[1] == '' then
    ask('HLEN', KEYS[7])
    tell('HSET', KEYS[7], 'paused', body[2])
  elseif form == COMPACT then
    list[1].paused = body[2] == 1
    save_stats(list[1])
  else
    tell('HSET', list[1].keys.stats, 'paused', body[2])
  end
  return { 'done' }
end

-- --- Time -------------------------------------------------------------------

-- The holds that are due in the event, at most so many, earliest first, as
-- {deadline, booking, section}.
local function all_due(many)
  local due = {}
  for _, name in ipairs(ask('ZRANGEBYSCORE', KEYS[6], '-inf', whole(now))) do
    local section = section_of(name)
    local holds = section and due_in(section, now, many) or NOTHING
    for i = 1, #holds, 2 do
      insert(due, { tonumber(holds[i + 1]), holds[i], section })
    end
  end
  sort(due, function(a, b)
    if a[1] ~= b[1] then
      return a[1] < b[1]
    end
    if a[2] ~= b[2] then
      return a[2] < b[2]
    end
    return a[3].name < b[3].name
  end)
  for i = #due, many + 1, -1 do
    due[i] = nil
  end
  return due
end

-- {many} -> the deadlines that are due
ops.due = function(body)
  local times = {}
  for i, entry in ipairs(all_due(body[1])) do
    times[i] = entry[1]
  end
  return times
end

-- {many} -> {expired_holds, expired_seats}
ops.expire = function(body)
  open_event()
  for _, entry in ipairs(all_due(body[1])) do
    expire_hold(entry[3], booking_of(entry[2]), entry[1])
  end
  save()
  return with_expired({})
end

end

local function make_reads()

-- --- Reads ------------------------------------------------------------------

local function stats_of(section)
  local counts = section.counts
  return {
    section.name, section.rows, section.width, counts[0], counts[1], counts[2],
    counts[3], section.version, section.changed_at, section.next_deadline,
    is_paused(section) and 1 or 0, section.made,
  }
end

local function details_of(section, first, last)
  local text, seats, details = picture_of(section), {}, {}
  for seat = first, last - 1 do
    if text:byte(seat + 1) ~= 48 then
      seats[#seats + 1] = seat
    end
  end
  load_states(section, seats)
  load_metas(section, seats)
  for _, seat in ipairs(seats) do
    local known = section.seats[seat]
    local state = known.state
    local id = state ~= BLOCKED and known.booking or ''
    local booking = id ~= '' and booking_of(id)
    insert(details, seat)
    insert(details, state)
    insert(details, state == BLOCKED and reason_of(section, seat) or 0)
    insert(details, id)
    insert(details, known.buyer or '')
    insert(details, known.price or '')
    insert(details, known.reserved_at or '')
    insert(details, booking and booking.open and state == RESERVED
      and booking.hold_until or NEVER)
  end
  return details
end

-- {name, made, first, last (-1: all), details, fresh} -> {'missing'},
-- {'range'} or {stats, bits, details, expired_holds, expired_seats}
ops.read = function(body)
  open_event()
  local section = section_named(body[1], body[2])
  if not section then
    return { 'missing' }
  end
  local first, last = body[3], body[4] < 0 and section.size or body[4]
  if first > last or last > section.size then
    return { 'range' }
  end
  if body[6] == 1 then
    expire_section(section, max(now, section.changed_at))
  end
  local bits = bits_of(section, first, last)
  local details = body[5] == 1 and details_of(section, first, last) or {}
  if section.changed then
    save()
  end
  return with_expired({ stats_of(section), bits, details })
end

-- {name, ...} (none: all) -> {stats, ...}; sections that are missing are left out
ops.stats = function(body)
  open_event()
  local list = {}
  for _, name in ipairs(#body > 0 and body or all_names()) do
    local section = section_of(name)
    if section then
      insert(list, stats_of(section))
    end
  end
  return list
end

-- {name, ...} -> {made, ...}, '' for what is missing
ops.resolve = function(body)
  local list = {}
  for i, name in ipairs(body) do
    local section = section_of(name)
    list[i] = section and (section.made ~= '' and section.made or '-') or ''
  end
  return list
end

local function booking_answer(booking)
  if not booking.open then
    local closed = booking.closed
    return { booking.id, closed.status, closed.buyer, NEVER, 0, closed.at, {} }
  end
  local seats = {}
  each_seat(booking, nil, function(section, seat, state)
    local row, number = row_and_number(section, seat)
    local meta = meta_of(section, seat)
    insert(seats, section.name)
    insert(seats, row)
    insert(seats, number)
    insert(seats, state)
    insert(seats, meta.price or '')
    insert(seats, meta.reserved_at or '')
  end)
  return { booking.id, OPEN, booking.buyer, booking.hold_until,
    booking.first_reserved_at, NEVER, seats }
end

-- {id} -> {'event'}, {'booking'} or {id, status, buyer, hold_until,
-- first_reserved_at, closed_at, {section, row, number, state, price,
-- reserved_at, ...}}
ops.booking = function(body)
  if not event_exists() then
    return { 'event' }
  end
  local booking = booking_of(body[1])
  if not booking.open and not booking.closed then
    return { 'booking' }
  end
  return booking_answer(booking)
end

local function each_open_booking(fn)
  local all = ask('HGETALL', KEYS[2])
  local ids = {}
  for i = 1, #all, 2 do
    local booking = unpack_booking(all[i], all[i + 1])
    if booking.open then
      bookings[all[i]] = booking
      ids[#ids + 1] = all[i]
    end
  end
  sort(ids)
  for _, id in ipairs(ids) do
    fn(bookings[id])
  end
end

-- {buyer} -> {'event'} or {'found', booking, ...}
ops.bookings = function(body)
  if not event_exists() then
    return { 'event' }
  end
  local list = { 'found' }
  each_open_booking(function(booking)
    if booking.buyer == body[1] then
      insert(list, booking_answer(booking))
    end
  end)
  return list
end

-- {from, many} -> {'event'} or {'found', {hold_until, id, buyer, seats}, ...}
ops.holds = function(body)
  if not event_exists() then
    return { 'event' }
  end
  local holds = {}
  each_open_booking(function(booking)
    local count = count_seats(booking, RESERVED)
    if count > 0 and booking.hold_until >= body[1] then
      insert(holds, { booking.hold_until, booking.id, booking.buyer, count })
    end
  end)
  sort(holds, function(a, b)
    if a[1] ~= b[1] then
      return a[1] < b[1]
    end
    return a[2] < b[2]
  end)
  local list = { 'found' }
  for i = 1, min(#holds, body[2]) do
    insert(list, holds[i])
  end
  return list
end

-- --- Care -------------------------------------------------------------------

local function verify_counts(section)
  local text = text_of(section)
  for state = AVAILABLE, BLOCKED do
    local count = count_of(text, tostring(state))
    if count ~= section.counts[state] then
      return 'section ' .. section.name .. ': ' .. count .. ' seats are in state '
        .. state .. ', the counter says ' .. section.counts[state]
    end
  end
end

-- The holds that a section should list: booking -> deadline.
local function holds_by_bookings()
  local expected = {}
  each_open_booking(function(booking)
    each_seat(booking, RESERVED, function(section)
      expected[section.name] = expected[section.name] or {}
      if booking.hold_until < NEVER then
        expected[section.name][booking.id] = booking.hold_until
      end
    end)
  end)
  return expected
end

local function verify_holds(section, expected)
  local listed = ask('ZRANGE', section.keys.holds, 0, -1, 'WITHSCORES')
  local count, next_deadline = 0, NEVER
  for i = 1, #listed, 2 do
    local deadline = tonumber(listed[i + 1])
    if expected[listed[i]] ~= deadline then
      return 'section ' .. section.name .. ': the hold of a booking is not its own'
    end
    count, next_deadline = count + 1, min(next_deadline, deadline)
  end
  for _ in pairs(expected) do
    count = count - 1
  end
  if count ~= 0 then
    return 'section ' .. section.name .. ': a hold is not listed'
  end
  if section.next_deadline ~= next_deadline then
    return 'section ' .. section.name .. ': the next deadline is another'
  end
end

local function verify_bookings()
  local wrong
  each_open_booking(function(booking)
    local listed = 0
    for _, set in pairs(booking.seats) do
      listed = listed + #keys_of(set)
    end
    if listed == 0 then
      wrong = wrong or 'a booking without seats is open'
    end
    if booking.hold_until < NEVER and not has_seats(booking, RESERVED) then
      wrong = wrong or 'a booking that holds nothing has a deadline'
    end
  end)
  return wrong
end

-- Seats that are taken and of no booking: name, row, number, state, ...
local function list_foreign(section, list)
  local text, seats = text_of(section), {}
  for seat in text:gmatch('()[12]') do
    seats[#seats + 1] = seat - 1
  end
  load_states(section, seats)
  load_metas(section, seats)
  for _, seat in ipairs(seats) do
    local known = section.seats[seat]
    local id = known.booking
    local set = id and booking_of(id).open and bookings[id].seats[section.name]
    if not (set and set[seat]) then
      local row, number = row_and_number(section, seat)
      insert(list, section.name)
      insert(list, row)
      insert(list, number)
      insert(list, known.state)
    end
  end
end

-- -> {'event'}, {'wrong', text} or {'sound', foreign seats}
ops.verify = function()
  if not event_exists() then
    return { 'event' }
  end
  local expected, foreign = holds_by_bookings(), {}
  local wrong = verify_bookings()
  for _, name in ipairs(all_names()) do
    local section = section_of(name)
    if not section then
      return { 'wrong', 'section ' .. name .. ' is listed and is not there' }
    end
    wrong = wrong or verify_counts(section)
      or verify_holds(section, expected[name] or {})
    list_foreign(section, foreign)
  end
  if wrong then
    return { 'wrong', wrong }
  end
  return { 'sound', foreign }
end

end

return function()
  begin_call()
  if ARGV[1] == 'commit' then
    return answer_of(commit)
  end
  if not ops.read then
    make_changes()
    make_reads()
  end
  return answer_of(ops[ARGV[1]])
end

end)()
