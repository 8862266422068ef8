// SPDX-License-Identifier: MIT
//
// Makes answers of bytes, by hiredis's parser, up to a size.
//
// Thread safety: one thread at a time.

#ifndef SEATFIELD_REDIS_REPLY_READER_H_
#define SEATFIELD_REDIS_REPLY_READER_H_

#include <hiredis/hiredis.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

#include "absl/status/statusor.h"
#include "redis/reply.h"
#include "seatfield/version.h"

namespace seatfield {
SEATFIELD_ABI_BEGIN
namespace redis {

class ReplyReader {
 public:
  explicit ReplyReader(std::uint64_t reply_bytes_max)
      : reader_(redisReaderCreate()), reply_bytes_max_(reply_bytes_max) {}

  // False: there is no memory.
  bool Feed(std::string_view bytes);

  // The next answer; null: it has not come in full. Every error is final.
  // Errors: ResourceExhausted, naming the size: it is longer than it may be;
  //   Unavailable: it is none.
  absl::StatusOr<ReplyPtr> Next();

  // Nothing has been fed that was not taken.
  bool empty() const { return pending_ == 0; }

 private:
  struct Free {
    void operator()(redisReader* reader) const { redisReaderFree(reader); }
  };

  std::unique_ptr<redisReader, Free> reader_;
  std::uint64_t reply_bytes_max_;
  std::uint64_t pending_ = 0;  // bytes fed since the last answer ended
};

}  // namespace redis
SEATFIELD_ABI_END
}  // namespace seatfield

#endif  // SEATFIELD_REDIS_REPLY_READER_H_
