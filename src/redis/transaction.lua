-- SPDX-License-Identifier: MIT
--
-- The second part of the script: the ledger. It restates what the headers say
-- (transaction.h, refusal.h, best_available.h), as the reference model does
-- (testing/reference_steps.h): what is due ends, then the steps run one after
-- the other, each seeing what those before it did. A refusal forgets all of it
-- and ends what is due again, alone.
--
-- Request   {id, body, sections, steps, preconditions, choices}; the last two may
--           be left out
--   sections      name, made ('': any), step that names it, ...
--   step          {kind, booking, ...}, see the functions of the steps;
--                 sections by index from 1 (0: none), seats as row, number, ...
--   precondition  {section, version}
--   choice        {step, versions of its offers, ...}: see choose()
-- Answer    {COMMITTED, time, sections, steps, seats}
--           {REFUSED, time, sections, code, detail, step, seats}
--           {REPLAYED, answer}, {CHOOSE, ...}: see choose()
--   behind which stand expired_holds and expired_seats
--   sections: name, version, ...; steps: hold_until, seats, tier, orphan, ...;
--   seats committed: section from 0, row, number, from, to, price, ...; seats
--   refused: section, row, number, code, ...

-- In a function of its own, as the rest of state.lua. Lua allows a function 60
-- locals of others: what it can name by itself are its own.
local expire_hold, due_in, expire_section, is_paused, with_expired, commit

local function make_ledger()

local min, max, insert, sort = math.min, math.max, table.insert, table.sort
local COMMITTED, REFUSED, REPLAYED, CHOOSE = 0, 1, 2, 3

-- The values of Refusal, of RefusalDetail and of StepKind.
local Refusal = {
  INVALID_ARGUMENT = 1, ID_REUSED = 2, UNSUPPORTED = 3, NOT_FOUND = 4, PAUSED = 5,
  HOLD_EXPIRED = 6, ALREADY_SOLD = 7, ALREADY_RELEASED = 8, NOT_OWNER = 9,
  NOT_HELD = 10, NOT_SOLD = 11, SEAT_BLOCKED = 12, SEAT_SOLD = 13,
  SEAT_RESERVED = 14, LIMIT_EXCEEDED = 15, NO_BEST_AVAILABLE = 16,
  VERSION_MISMATCH = 17,
}
local Detail = {
  SEAT_ROW = 9, SEAT_NUMBER = 10, OFFERS = 15, FILTER_SIZE = 17, PLAN_SHAPE = 18,
  LOAD_RECORD = 21, EVENT = 22,
  SECTION = 23, BOOKING = 24, SEATS_PER_BOOKING = 25, SEATS_PER_BUYER = 26,
  TOTAL_HOLD = 27, TOO_FEW = 29, NOT_ADJACENT = 30, WOULD_ORPHAN = 31,
  FILTERED = 32,
}
local Step = {
  RESERVE = 0, RESERVE_BEST = 1, FINALIZE = 2, RELEASE = 3, REFUND = 4, EXTEND = 5,
  TRANSFER = 6, BLOCK = 7, UNBLOCK = 8, LOAD = 9,
}

-- How a seat stands to a booking, from 1, and what a step does with it.
local HELD_BY_IT, SOLD_TO_IT, LAPSED, WAS_RELEASED, WAS_REFUNDED, FREE = 1, 2, 3, 4, 5, 6
local APPLY, NO_OP = 0, -1
local VERDICTS
do
  local X, D, K, G = NO_OP, Refusal.ALREADY_SOLD, Refusal.HOLD_EXPIRED,
    Refusal.ALREADY_RELEASED
  local H, O, N = Refusal.NOT_HELD, Refusal.NOT_OWNER, Refusal.NOT_SOLD
  local R, S, B = Refusal.SEAT_RESERVED, Refusal.SEAT_SOLD, Refusal.SEAT_BLOCKED
  VERDICTS = {
    -- held, sold to it, lapsed, released, refunded, free, reserved, sold, blocked
    [Step.RESERVE] = { X, D, K, G, G, 0, R, S, B },
    [Step.RESERVE_BEST] = { X, D, K, G, G, 0, R, S, B },
    [Step.FINALIZE] = { 0, X, K, G, G, H, O, O, H },
    [Step.RELEASE] = { 0, D, X, X, X, X, O, O, X },
    [Step.REFUND] = { N, 0, K, G, X, H, O, O, H },
    [Step.EXTEND] = { 0, D, K, G, G, H, H, H, H },
    [Step.TRANSFER] = { 0, 0, K, G, G, H, O, O, H },
    [Step.BLOCK] = { R, S, 0, 0, 0, 0, R, S, X },
    [Step.UNBLOCK] = { R, S, X, X, X, X, R, S, 0 },
    [Step.LOAD] = { R, S, K, G, G, 0, R, S, B },
  }
end
local RELATIONS = { -- by state: to its own booking, to another's
  [AVAILABLE] = { FREE, FREE },
  [RESERVED] = { HELD_BY_IT, 7 },
  [SOLD] = { SOLD_TO_IT, 8 },
  [BLOCKED] = { 9, 9 },
}
local RELATION_OF_CLOSED = {
  [EXPIRED] = LAPSED, [RELEASED] = WAS_RELEASED, [REFUNDED] = WAS_REFUNDED,
}

-- The transaction under way.
local request
local named -- the sections that it names, in its order
local touched -- those that it looks at, by name
local step_index -- of the step under way, from 0
local changed -- set of sections
local steps_done, seats_done, refused_seats
local refusal -- {code, detail, step}

local function no(code, detail)
  refusal = { code, detail or 0, step_index }
  return false
end

local function refuse_seat(section, row, number, code)
  insert(refused_seats, section.name)
  insert(refused_seats, row)
  insert(refused_seats, number)
  insert(refused_seats, code)
end

-- Refuses every seat of {row, number, ...}.
local function no_seats(section, seats, code, detail)
  for i = 1, #seats, 2 do
    refuse_seat(section, seats[i], seats[i + 1], code)
  end
  return no(code, detail)
end

-- --- Ending holds -----------------------------------------------------------

-- A committed change of its own.
function expire_hold(section, booking, deadline)
  local seats = {}
  each_seat(booking, RESERVED, function(held_in, seat)
    if held_in == section then
      seats[#seats + 1] = seat
    end
  end)
  booking.changed, booking.moved[section.name] = true, true
  section.changed, section.has_lost_next = true, true
  if #seats == 0 then
    return -- others have freed them
  end
  for _, seat in ipairs(seats) do
    set_state(section, seat, AVAILABLE)
    drop_meta(section, seat)
    take_seat(booking, section, seat)
  end
  expired_holds, expired_seats = expired_holds + 1, expired_seats + #seats
  section.version = section.version + 1
  section.changed_at = max(section.changed_at, deadline)
  end_hold_if_empty(booking)
  if not has_seats(booking) then
    close_booking(booking, EXPIRED, deadline)
  end
end

-- What is due in a section at a time, earliest first: booking, deadline, ...
-- Where all is ours the section knows when that is.
function due_in(section, at, many)
  if form == COMPACT and section.next_deadline > at then
    ask('ZCARD', section.keys.holds)
    return NOTHING
  end
  return ask('ZRANGEBYSCORE', section.keys.holds, '-inf', whole(at), 'WITHSCORES',
    'LIMIT', 0, many or -1)
end

function expire_section(section, at)
  local due = due_in(section, at)
  for i = 1, #due, 2 do
    expire_hold(section, booking_of(due[i]), tonumber(due[i + 1]))
  end
end

-- --- Judging ----------------------------------------------------------------

-- How a closed booking that is still remembered stands to every seat.
local function closed_as(booking)
  local closed = booking.closed
  if booking.open or not closed
    or time >= add_time(closed.at, limits.tombstone_retention) then
    return nil
  end
  return RELATION_OF_CLOSED[closed.status]
end

local function seat_at(section, row, number)
  return (row - 1) * section.width + number - 1
end

local function relation_of(section, seat, booking)
  local own = booking and is_owned(section, seat, booking.id)
  return RELATIONS[state_of(section, seat)][own and 1 or 2]
end

-- Holds each seat of a step against the table. The seats to change, or nothing
-- if some refuse.
local function judge_seats(kind, section, seats, booking)
  local indexes, apply, worst = {}, {}
  for i = 1, #seats, 2 do
    indexes[#indexes + 1] = seat_at(section, seats[i], seats[i + 1])
  end
  load_states(section, indexes)
  load_metas(section, indexes)
  local closed = booking and closed_as(booking)
  for i, seat in ipairs(indexes) do
    local verdict = VERDICTS[kind][closed or relation_of(section, seat, booking)]
    if verdict == APPLY then
      apply[#apply + 1] = seat
    elseif verdict ~= NO_OP then
      refuse_seat(section, seats[2 * i - 1], seats[2 * i], verdict)
      worst = min(worst or verdict, verdict)
    end
  end
  if worst then
    return no(worst)
  end
  return apply
end

local function judge_booking(kind, relation)
  local verdict = VERDICTS[kind][relation]
  if verdict > 0 then
    return no(verdict)
  end
  return {}
end

-- All seats of the booking in the state that the step needs (none: in either);
-- if there are none, the other state decides. As {section, seat}.
local function judge_whole(kind, needed, booking)
  local closed = closed_as(booking)
  if closed then
    return judge_booking(kind, closed)
  end
  local apply = {}
  each_seat(booking, needed, function(section, seat)
    apply[#apply + 1] = { section, seat }
  end)
  if #apply > 0 then
    return apply
  end
  if not has_seats(booking) then
    return no(Refusal.NOT_FOUND, Detail.BOOKING)
  end
  return judge_booking(kind, needed == RESERVED and SOLD_TO_IT or HELD_BY_IT)
end

-- The seats that {kind, booking, section, seats} is to change.
local function seats_to_change(step, needed, booking)
  local section = named[step[3]]
  if not section then
    return judge_whole(step[1], needed, booking)
  end
  local seats = judge_seats(step[1], section, step[4], booking)
  if not seats then
    return false
  end
  for i, seat in ipairs(seats) do
    seats[i] = { section, seat }
  end
  return seats
end

-- Whether the booking may take seats for that buyer.
local function admit(booking, buyer, section, seats)
  local closed = closed_as(booking)
  if closed then
    return no_seats(section, seats, VERDICTS[Step.RESERVE][closed])
  end
  if has_seats(booking) and booking.buyer ~= buyer then
    return no_seats(section, seats, Refusal.NOT_OWNER)
  end
  return true
end

local function within_limits(booking, to_booking, buyer, to_buyer, section, seats)
  if to_booking > 0
    and count_seats(booking) + to_booking > limits.seats_per_booking_max then
    return no_seats(section, seats, Refusal.LIMIT_EXCEEDED, Detail.SEATS_PER_BOOKING)
  end
  if to_buyer > 0 and limits.seats_per_buyer_max < NEVER
    and seats_of_buyer(buyer) + to_buyer > limits.seats_per_buyer_max then
    return no_seats(section, seats, Refusal.LIMIT_EXCEEDED, Detail.SEATS_PER_BUYER)
  end
  return true
end

function is_paused(section)
  return event_is_paused or section.paused
end

-- --- Changing ---------------------------------------------------------------

local function note(section, seat, from, to, price)
  local list, at = seats_done, #seats_done
  local row, number = row_and_number(section, seat)
  list[at + 1] = section.place -- one by one: else they would not stand in order
  list[at + 2] = row
  list[at + 3] = number
  list[at + 4] = from
  list[at + 5] = to
  list[at + 6] = price or ''
  changed[section] = true
end

local function free_seat(booking, section, seat)
  local known = meta_of(section, seat)
  note(section, seat, known.state, AVAILABLE, known.price)
  set_state(section, seat, AVAILABLE)
  drop_meta(section, seat)
  take_seat(booking, section, seat)
end

local function move_deadline(booking, deadline)
  if booking.hold_until == deadline then
    return
  end
  each_seat(booking, RESERVED, function(section)
    changed[section] = true
    booking.moved[section.name] = true
  end)
  booking.hold_until = deadline
  booking.changed = true
end

-- The deadline of a booking that is about to hold more seats.
local function add_to_hold(booking, buyer, hold_for)
  local holds = has_seats(booking, RESERVED)
  open_booking(booking, buyer)
  if not holds then
    booking.first_reserved_at = time
    booking.hold_until = NEVER
    if hold_for >= NEVER then
      return
    end
  end
  local asked = add_time(time, hold_for)
  local cap = add_time(booking.first_reserved_at, limits.total_hold_max)
  local capped = min(asked, cap)
  move_deadline(booking, holds and max(booking.hold_until, capped) or capped)
end

local function reserve_seat(booking, section, seat, price, reserved_at)
  note(section, seat, AVAILABLE, RESERVED, price)
  set_state(section, seat, RESERVED)
  put_meta(section, seat, booking.id, booking.buyer, price, reserved_at)
  give_seat(booking, section, seat)
end

-- --- Choosing ---------------------------------------------------------------
local choice_of, ask_for_choice, filtered_picture, first_fit, why_none_fits

local function make_choosing()
  -- What this script leaves to its caller: the best seats, and whether seats
  -- leave an orphan. Without a choice for the step, or with one that was made on
  -- other versions, the answer is {CHOOSE, step, sections, seats} and nothing is
  -- written: sections are index, version, rows, width, SeatMap bytes, ... of the
  -- request's sections, and seats those whose orphans are to be judged. The
  -- caller sends the request again with a choice
  --   {step, versions, orphan}                        of seats to be judged
  --   {step, versions, orphan, tier, section, seats}  of best seats
  --   {step, versions, orphan, 0, 0, detail}          there are none
  function choice_of(offers)
    for _, choice in ipairs(request[6] or NOTHING) do
      if choice[1] == step_index then
        local versions = choice[2]
        local same = #versions == #offers
        for i, offer in ipairs(offers) do
          same = same and versions[i] == named[offer].version
        end
        return same and choice or nil
      end
    end
  end

  function ask_for_choice(offers, seats)
    local list = {}
    for _, offer in ipairs(offers) do
      insert(list, offer)
      insert(list, named[offer].version)
      insert(list, named[offer].rows)
      insert(list, named[offer].width)
      insert(list, bits_of(named[offer], 0, named[offer].size))
    end
    error({ choose = { CHOOSE, step_index, list, seats } }, 0)
  end

  -- The first of `count` zeros of `text` in one row, from 0.
  local function first_run(text, width, count)
    if count > width then
      return nil
    end
    local run, from = ('0'):rep(count), 1
    while true do
      local at = text:find(run, from, true)
      if not at then
        return nil
      end
      local column = (at - 1) % width
      if column + count <= width then
        return at - 1
      end
      from = at - column + width -- the next row
    end
  end

  -- Whole runs, longest first, then in order of seats, cut to the count.
  local function largest_blocks(text, width, count)
    local runs, total = {}, 0
    for row = 1, #text, width do
      local line, from = text:sub(row, row + width - 1), 1
      while true do
        local first, last = line:find('0+', from)
        if not first then
          break
        end
        insert(runs, { row + first - 2, last - first + 1 })
        total = total + last - first + 1
        from = last + 1
      end
    end
    if total < count then
      return nil
    end
    sort(runs, function(a, b)
      if a[2] ~= b[2] then
        return a[2] > b[2]
      end
      return a[1] < b[1]
    end)
    local seats = {}
    for _, run in ipairs(runs) do
      for seat = run[1], run[1] + run[2] - 1 do
        if #seats == count then
          return seats
        end
        seats[#seats + 1] = seat
      end
    end
    return seats
  end

  -- The picture of a section, with a 3 where the mask forbids.
  function filtered_picture(section, mask)
    local text = picture_of(section)
    if mask == '' then
      return text
    end
    local parts = {}
    for seat = 0, #text - 1 do
      local byte = mask:byte(floor(seat / 8) + 1)
      local allowed = floor(byte / 2 ^ (7 - seat % 8)) % 2 == 1
      parts[seat + 1] = allowed and text:sub(seat + 1, seat + 1) or '3'
    end
    return concat(parts)
  end

  -- Offer and seats, or nothing.
  function first_fit(offers, pictures, count, fallback)
    for i, offer in ipairs(offers) do
      local first = first_run(pictures[i], named[offer].width, count)
      if first then
        local seats = {}
        for seat = first, first + count - 1 do
          seats[#seats + 1] = seat
        end
        return i, seats
      end
    end
    for i, offer in ipairs(fallback and offers or NOTHING) do
      local seats = largest_blocks(pictures[i], named[offer].width, count)
      if seats then
        return i, seats
      end
    end
  end

  function why_none_fits(offers, masks, count, fallback)
    local open, filtered, detail = {}, false, Detail.TOO_FEW
    for i, offer in ipairs(offers) do
      open[i] = picture_of(named[offer])
      filtered = filtered or masks[i] ~= ''
      if named[offer].counts[AVAILABLE] >= count then
        detail = Detail.NOT_ADJACENT
      end
    end
    if filtered and first_fit(offers, open, count, fallback) then
      return Detail.FILTERED
    end
    return detail
  end
end

-- --- The steps --------------------------------------------------------------

local run = {}

-- {RESERVE, booking, section, seats, buyer, hold_for, prices (one of all, or a
-- list), orphans, plan_rows, plan_width}  orphans: 0 allow, 1 avoid, 2 forbid;
-- plan: 0 none; left out if none of the three says anything
run[Step.RESERVE] = function(step, answer)
  local booking, section, seats = booking_of(step[2]), named[step[3]], step[4]
  if is_paused(section) then
    return no_seats(section, seats, Refusal.PAUSED)
  end
  if not admit(booking, step[5], section, seats) then
    return false
  end
  local apply = judge_seats(Step.RESERVE, section, seats, booking)
  if not apply
    or not within_limits(booking, #apply, step[5], #apply, section, seats) then
    return false
  end
  if #apply == 0 then
    return true
  end
  if (step[8] or 0) > 0 then
    make_choosing()
    local offers = { step[3] }
    local choice = choice_of(offers) or ask_for_choice(offers, apply)
    answer.orphan = choice[3]
    if choice[3] == 1 and step[8] == 2 then
      return no_seats(section, seats, Refusal.NO_BEST_AVAILABLE, Detail.WOULD_ORPHAN)
    end
  end
  add_to_hold(booking, step[5], step[6])
  local prices, reserved_at = step[7], time_text(time)
  local one_price = type(prices) == 'string' and prices
  for i = 1, #seats, 2 do
    local seat = seat_at(section, seats[i], seats[i + 1])
    if state_of(section, seat) == AVAILABLE then
      reserve_seat(booking, section, seat, one_price or prices[(i + 1) / 2], reserved_at)
    end
  end
  return true
end

-- {FINALIZE, booking, section, seats}
run[Step.FINALIZE] = function(step)
  local booking = booking_of(step[2])
  local apply = seats_to_change(step, RESERVED, booking)
  if not apply then
    return false
  end
  for _, place in ipairs(apply) do
    local section, seat = place[1], place[2]
    local meta = meta_of(section, seat)
    if not booking.open then -- others have reserved it for this booking
      open_booking(booking, meta.buyer or '0')
    end
    note(section, seat, RESERVED, SOLD, meta.price)
    set_state(section, seat, SOLD)
    give_seat(booking, section, seat)
  end
  return true
end

-- {RELEASE, booking, section, seats} and {REFUND, ...}
local function give_back(step, needed, left_by)
  local booking = booking_of(step[2])
  local apply = seats_to_change(step, needed, booking)
  if not apply then
    return false
  end
  for _, place in ipairs(apply) do
    free_seat(booking, place[1], place[2])
  end
  if #apply > 0 then
    booking.left_by = left_by
  end
  return true
end

run[Step.RELEASE] = function(step)
  return give_back(step, RESERVED, RELEASED)
end

run[Step.REFUND] = function(step)
  return give_back(step, SOLD, REFUNDED)
end

-- --- Steps that are rarer ---------------------------------------------------

local function make_other_steps()
  -- The choice of the caller, if what it rests on still stands.
  local function chosen_seats(offers)
    local choice = choice_of(offers)
    if not choice then
      return ask_for_choice(offers, {})
    end
    for _, seat in ipairs(choice[4] ~= 0 and choice[6] or NOTHING) do
      if state_of(named[choice[5]], seat) ~= AVAILABLE then
        return ask_for_choice(offers, {})
      end
    end
    return choice
  end

  -- {RESERVE_BEST, booking, offers, masks, buyer, hold_for, prices, count,
  -- policy, shapes}  policy: 0 first fit, 1 with the fallback, 2 the caller
  -- chooses; shapes: of each offer filter size (-1: none), plan rows and width
  run[Step.RESERVE_BEST] = function(step, answer)
    make_choosing()
    local booking, count = booking_of(step[2]), step[8]
    local offers, masks, prices = {}, {}, {}
    for i, offer in ipairs(step[3]) do
      if not is_paused(named[offer]) then
        insert(offers, offer)
        insert(masks, step[4][i])
        insert(prices, step[7][i])
      end
    end
    if #offers == 0 then
      return no(Refusal.PAUSED)
    end
    if not admit(booking, step[5], nil, NOTHING)
      or not within_limits(booking, count, step[5], count, nil, NOTHING) then
      return false
    end
    local place, seats
    if step[9] == 2 then
      local choice = chosen_seats(offers)
      if choice[4] == 0 then
        return no(Refusal.NO_BEST_AVAILABLE, choice[6])
      end
      answer.orphan, answer.tier, seats = choice[3], choice[4], choice[6]
      for i, offer in ipairs(offers) do
        place = offer == choice[5] and i or place
      end
    else
      local pictures = {}
      for i, offer in ipairs(offers) do
        pictures[i] = filtered_picture(named[offer], masks[i])
      end
      place, seats = first_fit(offers, pictures, count, step[9] == 1)
      if not place then
        return no(Refusal.NO_BEST_AVAILABLE,
          why_none_fits(offers, masks, count, step[9] == 1))
      end
    end
    add_to_hold(booking, step[5], step[6])
    local reserved_at = time_text(time)
    for _, seat in ipairs(seats) do
      reserve_seat(booking, named[offers[place]], seat, prices[place], reserved_at)
    end
    return true
  end

  -- {EXTEND, booking, hold_for}
  run[Step.EXTEND] = function(step)
    local booking = booking_of(step[2])
    local closed = closed_as(booking)
    if closed then
      return no(VERDICTS[Step.EXTEND][closed])
    end
    if not has_seats(booking) then
      return no(Refusal.NOT_FOUND, Detail.BOOKING)
    end
    if not has_seats(booking, RESERVED) then
      return no(Refusal.ALREADY_SOLD)
    end
    local asked = add_time(time, step[3])
    if asked <= booking.hold_until then
      return true
    end
    local cap = add_time(booking.first_reserved_at, limits.total_hold_max)
    if min(asked, cap) <= booking.hold_until then
      return no(Refusal.LIMIT_EXCEEDED, Detail.TOTAL_HOLD)
    end
    move_deadline(booking, min(asked, cap))
    return true
  end

  -- Held seats keep the earlier of the two deadlines.
  local function join_holds(from, to, target_holds)
    if target_holds then
      move_deadline(to, min(to.hold_until, from.hold_until))
      to.first_reserved_at = min(to.first_reserved_at, from.first_reserved_at)
    else
      to.hold_until = from.hold_until
      to.first_reserved_at = from.first_reserved_at
    end
  end

  -- {TRANSFER, booking, section, seats, to_booking, to_buyer}
  run[Step.TRANSFER] = function(step)
    local from, to, buyer = booking_of(step[2]), booking_of(step[5]), step[6]
    local section, seats = named[step[3]], step[4]
    local apply = seats_to_change(step, nil, from)
    if not apply or not admit(to, buyer, section, seats) then
      return false
    end
    local to_buyer = from.buyer ~= buyer and #apply or 0
    if not within_limits(to, #apply, buyer, to_buyer, section, seats) then
      return false
    end
    local target_holds, moves_held = has_seats(to, RESERVED), false
    for _, place in ipairs(apply) do
      moves_held = moves_held or state_of(place[1], place[2]) == RESERVED
    end
    open_booking(to, buyer)
    if moves_held then
      join_holds(from, to, target_holds)
    end
    for _, place in ipairs(apply) do
      local at, seat = place[1], place[2]
      local known = meta_of(at, seat)
      note(at, seat, known.state, known.state, known.price)
      put_meta(at, seat, to.id, buyer, known.price or '0',
        known.reserved_at or time_text(time))
      take_seat(from, at, seat)
      give_seat(to, at, seat)
    end
    from.left_by = RELEASED
    return true
  end

  -- {BLOCK, '', section, seats, reason} and {UNBLOCK, '', section, seats}
  local function set_blocked(step, state, reason)
    local section = named[step[3]]
    local apply = judge_seats(step[1], section, step[4])
    if not apply then
      return false
    end
    for _, seat in ipairs(apply) do
      note(section, seat, state_of(section, seat), state)
      set_state(section, seat, state)
      set_reason(section, seat, reason)
    end
    return true
  end

  run[Step.BLOCK] = function(step)
    return set_blocked(step, BLOCKED, step[5])
  end

  run[Step.UNBLOCK] = function(step)
    return set_blocked(step, AVAILABLE, 0)
  end

  -- A record: row, number, state, reason, booking ('': none), buyer, price,
  -- reserved_at, reserved_at as a number, hold_until.
  local function judge_record(section, record)
    local seat = seat_at(section, record[1], record[2])
    if record[5] == '' then
      return VERDICTS[Step.LOAD][relation_of(section, seat)]
    end
    local booking = booking_of(record[5])
    local verdict = VERDICTS[Step.LOAD][closed_as(booking) or relation_of(section, seat, booking)]
    if verdict > 0 then
      return verdict
    end
    local owned = count_seats(booking)
    if owned > 0 and booking.buyer ~= record[6] then
      return Refusal.INVALID_ARGUMENT, Detail.LOAD_RECORD
    end
    if record[3] == RESERVED and has_seats(booking, RESERVED)
      and booking.hold_until ~= record[10] then
      return Refusal.INVALID_ARGUMENT, Detail.LOAD_RECORD
    end
    if owned + 1 > limits.seats_per_booking_max then
      return Refusal.LIMIT_EXCEEDED, Detail.SEATS_PER_BOOKING
    end
    if limits.seats_per_buyer_max < NEVER
      and seats_of_buyer(record[6]) + 1 > limits.seats_per_buyer_max then
      return Refusal.LIMIT_EXCEEDED, Detail.SEATS_PER_BUYER
    end
    return APPLY
  end

  local function load_owned(section, seat, record)
    local booking = booking_of(record[5])
    local holds = has_seats(booking, RESERVED)
    open_booking(booking, record[6])
    if record[3] == RESERVED then
      booking.hold_until = record[10]
      booking.first_reserved_at = holds and min(booking.first_reserved_at, record[9])
        or record[9]
    end
    put_meta(section, seat, booking.id, record[6], record[7], record[8])
    give_seat(booking, section, seat)
  end

  local function load_record(section, record)
    local seat = seat_at(section, record[1], record[2])
    note(section, seat, AVAILABLE, record[3], record[7])
    set_state(section, seat, record[3])
    if record[3] == BLOCKED then
      set_reason(section, seat, record[4])
    end
    if record[5] ~= '' then
      load_owned(section, seat, record)
    end
  end

  -- {LOAD, '', section, records}. Each record sees those before it.
  run[Step.LOAD] = function(step)
    local section, worst, worst_detail = named[step[3]]
    for _, record in ipairs(step[4]) do
      if record[3] ~= AVAILABLE then
        local verdict, detail = judge_record(section, record)
        if verdict <= 0 then
          load_record(section, record)
        else
          refuse_seat(section, record[1], record[2], verdict)
          if not worst or verdict < worst then
            worst, worst_detail = verdict, detail
          end
        end
      end
    end
    if worst then
      return no(worst, worst_detail)
    end
    return true
  end
end

-- --- The transaction --------------------------------------------------------

local function find_sections()
  local names = {}
  local list = request[3]
  for i = 1, #list, 3 do
    local section = section_named(list[i], list[i + 1])
    if not section then
      step_index = list[i + 2]
      return no(Refusal.NOT_FOUND, Detail.SECTION)
    end
    insert(named, section)
    names[section.name] = section
  end
  local function touch(id)
    if id ~= '' then
      each_seat(booking_of(id), nil, function(section)
        names[section.name] = section
      end)
    end
  end
  for _, step in ipairs(request[4]) do
    touch(step[2])
    if step[1] == Step.TRANSFER then
      touch(step[5])
    elseif step[1] == Step.LOAD then
      for _, record in ipairs(step[4]) do
        touch(record[5])
      end
    end
  end
  for _, name in ipairs(keys_of(names)) do
    insert(touched, names[name])
  end
  return true
end

-- Whether row and number lie in the section.
local function fits(section, row, number)
  if row <= section.rows and number <= section.width then
    return true
  end
  refuse_seat(section, row, number, Refusal.INVALID_ARGUMENT)
  return no(Refusal.INVALID_ARGUMENT, row > section.rows and Detail.SEAT_ROW or Detail.SEAT_NUMBER)
end

-- Whether a plan (rows and width, 0: none) is for sections of that shape.
local function plan_fits(section, rows, width)
  return rows == 0 or (rows == section.rows and width == section.width)
    or no(Refusal.INVALID_ARGUMENT, Detail.PLAN_SHAPE)
end

local function offers_fit(step)
  local offered, shapes = {}, step[10]
  for i, offer in ipairs(step[3]) do
    local section, at = named[offer], 3 * i - 2
    if offered[section] then
      return no(Refusal.INVALID_ARGUMENT, Detail.OFFERS)
    end
    offered[section] = true
    if shapes[at] >= 0 and shapes[at] ~= section.size then
      return no(Refusal.INVALID_ARGUMENT, Detail.FILTER_SIZE)
    end
    if not plan_fits(section, shapes[at + 1], shapes[at + 2]) then
      return false
    end
  end
  return true
end

local function step_fits(step)
  if step[1] == Step.RESERVE_BEST then
    return offers_fit(step)
  end
  local section = named[step[3]]
  if step[1] == Step.EXTEND or not section then
    return true
  end
  if step[1] == Step.LOAD then
    for _, record in ipairs(step[4]) do
      if not fits(section, record[1], record[2]) then
        return false
      end
    end
    return true
  end
  for i = 1, #step[4], 2 do
    if not fits(section, step[4][i], step[4][i + 1]) then
      return false
    end
  end
  return step[1] ~= Step.RESERVE or not step[8] or plan_fits(section, step[9], step[10])
end

local function all_fit()
  for i, step in ipairs(request[4]) do
    step_index = i - 1
    if not step_fits(step) then
      return false
    end
  end
  return true
end

-- Sets the time of the transaction and ends what is due in what it touches.
local function touch_sections()
  for _, section in ipairs(touched) do
    time = max(time, section.changed_at)
  end
  for i, section in ipairs(touched) do
    section.place = i - 1
    expire_section(section, time)
  end
end

local function run_steps()
  for i, step in ipairs(request[4]) do
    step_index = i - 1
    local answer, before = { tier = 0, orphan = 0 }, #seats_done
    if not run[step[1]] then
      make_other_steps()
    end
    if not run[step[1]](step, answer) then
      return false
    end
    local hold_until = NEVER
    if step[2] ~= '' then
      local booking = booking_of(step[2])
      end_hold_if_empty(booking)
      hold_until = booking.open and booking.hold_until or NEVER
    end
    insert(steps_done, hold_until)
    insert(steps_done, (#seats_done - before) / 6)
    insert(steps_done, answer.tier)
    insert(steps_done, answer.orphan)
  end
  return true
end

local function versions_hold()
  step_index = 0
  for _, precondition in ipairs(request[5] or NOTHING) do
    if named[precondition[1]].version ~= precondition[2] then
      return no(Refusal.VERSION_MISMATCH)
    end
  end
  return true
end

local function begin()
  named, touched, changed = {}, {}, {}
  steps_done, seats_done, refused_seats = {}, {}, {}
  refusal, step_index, time = nil, 0, now
end

local function section_list()
  local list = {}
  for _, section in ipairs(touched) do
    insert(list, section.name)
    insert(list, section.version)
  end
  return list
end

local function stamp_sections()
  for section in pairs(changed) do
    section.changed = true
    section.version = section.version + 1
    section.changed_at = time
  end
end

local function close_emptied()
  local emptied = {}
  for id, booking in pairs(bookings) do
    if booking.changed and booking.open and not has_seats(booking) then
      insert(emptied, id)
    end
  end
  sort(emptied)
  for _, id in ipairs(emptied) do
    close_booking(bookings[id], bookings[id].left_by, time)
  end
end

function with_expired(answer)
  answer[#answer + 1] = expired_holds
  answer[#answer + 1] = expired_seats
  return answer
end

-- What is due has ended, even if the rest is refused. `reached`: whether the
-- transaction came so far.
local function refuse(reached)
  local code, detail, step, seats = refusal[1], refusal[2], refusal[3], refused_seats
  if reached and expired_holds > 0 then
    forget()
    begin()
    open_event()
    find_sections()
    touch_sections()
    save()
  end
  return with_expired({ REFUSED, time, reached and section_list() or {}, code,
    detail, step, seats })
end

-- A handle that leads nowhere names no section any more, so the request is
-- another one.
local function is_request_of(digest)
  local list = request[3]
  for i = 1, #list, 3 do
    if list[i + 1] ~= '' and not section_named(list[i], list[i + 1]) then
      return false
    end
  end
  return digest == request[2]
end

local function replay()
  if request[1] == '' then
    return nil
  end
  local packed = ask('HGET', KEYS[4], request[1])
  local known = packed
    and unpack_record(KEYS[4], packed, 'number', 'string', 'string')
  if not known or now >= add_time(known[1], limits.id_retention) then
    return nil
  end
  if not is_request_of(known[2]) then
    refusal = { Refusal.ID_REUSED, 0, 0 }
    return refuse(false)
  end
  return with_expired({ REPLAYED, known[3] })
end

function commit(body)
  request = body
  begin()
  open_event()
  if not event_exists() then
    no(Refusal.NOT_FOUND, Detail.EVENT)
    return refuse(false)
  end
  local replayed = replay()
  if replayed then
    return replayed
  end
  if not find_sections() or not all_fit() then
    return refuse(false)
  end
  touch_sections()
  if not run_steps() or not versions_hold() then
    return refuse(true)
  end
  stamp_sections()
  close_emptied()
  local answer = { COMMITTED, time, section_list(), steps_done, seats_done }
  local remembered
  if request[1] ~= '' then
    remembered = { request[1],
      cmsgpack.pack({ time, request[2], cmsgpack.pack(answer) }) }
  end
  save(remembered)
  return with_expired(answer)
end

end
make_ledger()
