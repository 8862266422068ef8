// SPDX-License-Identifier: MIT
//
// An answer of a server, owned.

#ifndef SEATFIELD_REDIS_REPLY_H_
#define SEATFIELD_REDIS_REPLY_H_

#include <hiredis/hiredis.h>

#include <cstddef>
#include <memory>
#include <span>
#include <string_view>

#include "seatfield/version.h"

namespace seatfield {
SEATFIELD_ABI_BEGIN
namespace redis {

struct FreeReply {
  void operator()(redisReply* reply) const { freeReplyObject(reply); }
};
using ReplyPtr = std::unique_ptr<redisReply, FreeReply>;

// The text of a status, a bulk string or an error; else empty.
inline std::string_view TextOf(const redisReply& reply) {
  const bool text = reply.type == REDIS_REPLY_STRING ||
                    reply.type == REDIS_REPLY_STATUS ||
                    reply.type == REDIS_REPLY_ERROR;
  return text ? std::string_view(reply.str, static_cast<std::size_t>(reply.len))
              : std::string_view();
}

// The elements of an array; else none.
inline std::span<redisReply* const> ElementsOf(const redisReply& reply) {
  if (reply.type != REDIS_REPLY_ARRAY) return {};
  return {reply.element, reply.elements};
}

inline bool IsError(const redisReply& reply) {
  return reply.type == REDIS_REPLY_ERROR;
}

}  // namespace redis
SEATFIELD_ABI_END
}  // namespace seatfield

#endif  // SEATFIELD_REDIS_REPLY_H_
