// SPDX-License-Identifier: MIT
//
// The peer on another process: the same work as one Lua script on a server
// beside us, over a unix socket. Bits by BITFIELD u2, metadata and counters of
// a section in hashes, a hash for each booking, deadlines in a sorted set.
//
// A group of requests is sent before the answers to any of it are read; a group
// of one is a call that waits for its answer.
//
// Errors: std::runtime_error when the server is gone or refuses a command.

#ifndef SEATFIELD_BENCH_PEERS_REDIS_INVENTORY_H_
#define SEATFIELD_BENCH_PEERS_REDIS_INVENTORY_H_

#include <hiredis/hiredis.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <initializer_list>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "../job.h"
#include "redis_server.h"
#include "seatfield/ids.h"
#include "seatfield/price.h"
#include "seatfield/seat_map.h"
#include "seatfield/seat_state.h"
#include "seatfield/section.h"
#include "seatfield/time.h"

namespace seatfield::bench {

class RedisInventory {
 public:
  RedisInventory(const RedisServer& server, const House& house)
      : config_(house.config), connection_(server.Connect()) {
    if (connection_ == nullptr) throw std::runtime_error("no connection");
    Call({"FLUSHALL"});
    script_ = TextOf(*Call({"SCRIPT", "LOAD", kScript}));
    for (std::uint32_t i = 0; i < house.sections; ++i) {
      const std::string name = std::to_string(i);
      Call({"SETRANGE", "bits:" + name,
            std::to_string((config_.seat_count() + 3) / 4 - 1),
            std::string_view("\0", 1)});
      Call({"HSET", "stats:" + name, "available",
            std::to_string(config_.seat_count()), "reserved", "0", "sold",
            "0"});
    }
  }

  // As WorkInGroups(), each group at once under way.
  JobResult WorkPipelined(RequestSpan requests, std::size_t depth);

  // For the comparison of end states.
  SeatCounts Counts(std::uint32_t section) {
    const Reply reply = Call({"HMGET", "stats:" + std::to_string(section),
                              "available", "reserved", "sold"});
    const auto count = [&](std::size_t i) {
      return std::strtoull(reply->element[i]->str, nullptr, 10);
    };
    return {count(0), count(1), count(2), 0};
  }
  SeatState StateOf(std::uint32_t section, SeatIndex seat) {
    Read(section);
    return static_cast<SeatState>(static_cast<unsigned char>(bits_[seat / 4]) >>
                                      (6 - 2 * (seat % 4)) &
                                  3);
  }
  BookingId OwnerOf(std::uint32_t section, SeatIndex seat) {
    Read(section);
    return owners_[seat];
  }

 private:
  struct FreeReply {
    void operator()(redisReply* reply) const { freeReplyObject(reply); }
  };
  using Reply = std::unique_ptr<redisReply, FreeReply>;
  using Words = std::initializer_list<std::string_view>;

  // ARGV: step, booking, now; of a reserve also section, first seat, count,
  // buyer, price, deadline. Answers 1, or 0 if refused.
  static constexpr const char* kScript = R"(
    local step, id, now = ARGV[1], ARGV[2], ARGV[3]
    local function mark(section, first, count, state)
      local fields = {}
      for i = 0, count - 1 do
        fields[#fields + 1] = 'SET'
        fields[#fields + 1] = 'u2'
        fields[#fields + 1] = '#' .. (first + i)
        fields[#fields + 1] = state
      end
      redis.call('BITFIELD', 'bits:' .. section, unpack(fields))
    end
    local function move(section, from, to, count)
      redis.call('HINCRBY', 'stats:' .. section, from, -count)
      redis.call('HINCRBY', 'stats:' .. section, to, count)
    end
    local function find(booking)
      local b = redis.call('HMGET', 'booking:' .. booking,
                           'section', 'first', 'count', 'held')
      return b[1], tonumber(b[2]), tonumber(b[3]), b[4] == '1'
    end
    local function free(booking)
      local section, first, count, held = find(booking)
      if not section or not held then return 0 end
      mark(section, first, count, 0)
      local seats = {}
      for i = 0, count - 1 do seats[i + 1] = first + i end
      redis.call('HDEL', 'meta:' .. section, unpack(seats))
      move(section, 'reserved', 'available', count)
      redis.call('ZREM', 'deadlines', booking)
      redis.call('DEL', 'booking:' .. booking)
      return 1
    end

    local due = redis.call('ZRANGEBYSCORE', 'deadlines', '-inf', now)
    for _, booking in ipairs(due) do free(booking) end

    if step == 'release' then return free(id) end
    if step == 'finalize' then
      local section, first, count, held = find(id)
      if not section or not held then return 0 end
      mark(section, first, count, 2)
      move(section, 'reserved', 'sold', count)
      redis.call('HSET', 'booking:' .. id, 'held', '0')
      redis.call('ZREM', 'deadlines', id)
      return 1
    end

    local section, first, count = ARGV[4], tonumber(ARGV[5]), tonumber(ARGV[6])
    local fields = {}
    for i = 0, count - 1 do
      fields[#fields + 1] = 'GET'
      fields[#fields + 1] = 'u2'
      fields[#fields + 1] = '#' .. (first + i)
    end
    for _, state in ipairs(
        redis.call('BITFIELD', 'bits:' .. section, unpack(fields))) do
      if state ~= 0 then return 0 end
    end
    mark(section, first, count, 1)
    local meta = id .. ',' .. ARGV[7] .. ',' .. ARGV[8] .. ',' .. now
    local metas = {}
    for i = 0, count - 1 do
      metas[#metas + 1] = first + i
      metas[#metas + 1] = meta
    end
    redis.call('HSET', 'meta:' .. section, unpack(metas))
    move(section, 'available', 'reserved', count)
    redis.call('HSET', 'booking:' .. id, 'section', section, 'first', first,
               'count', count, 'buyer', ARGV[7], 'held', '1')
    redis.call('ZADD', 'deadlines', ARGV[9], id)
    return 1
  )";

  void Send(Words words) {
    std::vector<const char*> texts;
    std::vector<std::size_t> sizes;
    for (const std::string_view word : words) {
      texts.push_back(word.data());
      sizes.push_back(word.size());
    }
    redisAppendCommandArgv(connection_.get(), static_cast<int>(texts.size()),
                           texts.data(), sizes.data());
  }

  void SendReserve(const Request& request, Time now) {
    Send({"EVALSHA", script_, "0", "reserve", request.booking.ToString(),
          std::to_string(ToMicros(now)), std::to_string(request.section),
          std::to_string(request.first), std::to_string(request.size),
          std::to_string(Value(request.buyer)),
          std::to_string(kPrice.minor_units()),
          std::to_string(ToMicros(now + kHoldFor))});
  }
  void SendStep(std::string_view step, const Request& request, Time now) {
    Send({"EVALSHA", script_, "0", step, request.booking.ToString(),
          std::to_string(ToMicros(now))});
  }

  Reply Receive() {
    void* reply = nullptr;
    if (redisGetReply(connection_.get(), &reply) != REDIS_OK) {
      throw std::runtime_error("redis: " + std::string(connection_->errstr));
    }
    Reply owned(static_cast<redisReply*>(reply));
    if (owned->type == REDIS_REPLY_ERROR) {
      throw std::runtime_error("redis: " + TextOf(*owned));
    }
    return owned;
  }
  Reply Call(Words words) {
    Send(words);
    return Receive();
  }
  bool Answer() { return Receive()->integer == 1; }
  static std::string TextOf(const redisReply& reply) {
    return {reply.str, reply.len};
  }

  // Brings one section here.
  void Read(std::uint32_t section) {
    if (read_ == static_cast<std::int64_t>(section)) return;
    read_ = section;
    const std::string name = std::to_string(section);
    bits_ = TextOf(*Call({"GET", "bits:" + name}));
    owners_.assign(config_.seat_count(), BookingId());
    const Reply metas = Call({"HGETALL", "meta:" + name});
    for (std::size_t i = 0; i + 1 < metas->elements; i += 2) {
      const std::string meta = TextOf(*metas->element[i + 1]);
      owners_[std::strtoul(metas->element[i]->str, nullptr, 10)] =
          BookingId::Parse(meta.substr(0, meta.find(','))).value();
    }
  }

  SectionConfig config_;
  RedisConnection connection_;
  std::string script_;  // its digest
  std::int64_t read_ = -1;
  std::string bits_;
  std::vector<BookingId> owners_;
};

inline JobResult RedisInventory::WorkPipelined(RequestSpan requests,
                                               std::size_t depth) {
  JobResult result;
  std::vector<const Request*> reserved;
  for (std::size_t first = 0; first < requests.size(); first += depth) {
    const RequestSpan group =
        requests.subspan(first, std::min(depth, requests.size() - first));
    reserved.clear();
    for (const Request& request : group) SendReserve(request, kNow);
    for (const Request& request : group) {
      if (Answer()) reserved.push_back(&request);
    }
    for (const Request* const request : reserved) {
      SendStep(request->finalize ? "finalize" : "release", *request, kNow);
    }
    for (const Request* const request : reserved) {
      if (Answer() && request->finalize) result.sold_seats += request->size;
    }
    result.operations += group.size() + reserved.size();
  }
  return result;
}

}  // namespace seatfield::bench

#endif  // SEATFIELD_BENCH_PEERS_REDIS_INVENTORY_H_
