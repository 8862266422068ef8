// SPDX-License-Identifier: MIT

#include "redis/reply_reader.h"

#include <hiredis/hiredis.h>

#include <cstdint>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "redis/reply.h"
#include "seatfield/internal/no_memory.h"
#include "seatfield/version.h"

namespace seatfield {
SEATFIELD_ABI_BEGIN
namespace redis {

bool ReplyReader::Feed(std::string_view bytes) {
  if (reader_ == nullptr) return false;
  pending_ += bytes.size();
  return redisReaderFeed(reader_.get(), bytes.data(), bytes.size()) == REDIS_OK;
}

absl::StatusOr<ReplyPtr> ReplyReader::Next() {
  if (reader_ == nullptr) return internal::NoMemory();
  void* found = nullptr;
  if (redisReaderGetReply(reader_.get(), &found) != REDIS_OK) {
    return internal::StatusOf(absl::StatusCode::kUnavailable,
                              "the answer is not of the Redis protocol: ",
                              static_cast<const char*>(reader_->errstr));
  }
  ReplyPtr reply(static_cast<redisReply*>(found));
  const std::uint64_t behind = reader_->len - reader_->pos;
  const std::uint64_t size = reply == nullptr ? pending_ : pending_ - behind;
  if (size > reply_bytes_max_) {
    return internal::StatusOf(
        absl::StatusCode::kResourceExhausted, "an answer of ", size,
        reply == nullptr ? " bytes or more" : " bytes",
        " is longer than reply_bytes_max, ", reply_bytes_max_);
  }
  if (reply != nullptr) pending_ = behind;
  return reply;
}

}  // namespace redis
SEATFIELD_ABI_END
}  // namespace seatfield
