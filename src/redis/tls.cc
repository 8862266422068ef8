// SPDX-License-Identifier: MIT

#include "redis/tls.h"

#include <hiredis/hiredis.h>

#include <memory>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "redis/endpoint.h"
#include "redis/socket.h"
#include "redis/wire.h"
#include "seatfield/internal/no_memory.h"
#include "seatfield/redis_storage.h"
#include "seatfield/version.h"

#if defined(SEATFIELD_REDIS_TLS) && HIREDIS_MAJOR >= 1
#include <hiredis/hiredis_ssl.h>
#include <pthread.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstddef>
#include <ctime>
#include <string_view>
#endif

namespace seatfield {
SEATFIELD_ABI_BEGIN
namespace redis {

#if defined(SEATFIELD_REDIS_TLS) && HIREDIS_MAJOR >= 1

namespace {

struct FreeContext {
  void operator()(redisContext* context) const { redisFree(context); }
  void operator()(redisSSLContext* context) const {
    redisFreeSSLContext(context);
  }
};
using ContextPtr = std::unique_ptr<redisContext, FreeContext>;
using TlsContextPtr = std::unique_ptr<redisSSLContext, FreeContext>;

// Keeps a write to a closed socket, which the TLS library does without a flag,
// from raising SIGPIPE.
class NoPipeSignal {
 public:
  NoPipeSignal() {
    sigemptyset(&pipe_);
    sigaddset(&pipe_, SIGPIPE);
    sigset_t pending;
    sigpending(&pending);
    was_pending_ = sigismember(&pending, SIGPIPE) == 1;
    if (!was_pending_) pthread_sigmask(SIG_BLOCK, &pipe_, &before_);
  }
  ~NoPipeSignal() {
    if (was_pending_) return;
    const int saved = errno;
    const timespec none{};
    while (sigtimedwait(&pipe_, nullptr, &none) == -1 && errno == EINTR) {
    }
    pthread_sigmask(SIG_SETMASK, &before_, nullptr);
    errno = saved;
  }
  NoPipeSignal(const NoPipeSignal&) = delete;
  NoPipeSignal& operator=(const NoPipeSignal&) = delete;

 private:
  sigset_t pipe_{};
  sigset_t before_{};
  bool was_pending_ = false;
};

class TlsWire final : public Wire {
 public:
  TlsWire(TlsContextPtr tls, ContextPtr context)
      : tls_(std::move(tls)), context_(std::move(context)) {}

  int fd() const override { return context_->fd; }
  std::size_t in_doubt() const override { return pending_; }
  void Shutdown() override { (void)::shutdown(context_->fd, SHUT_RDWR); }

  IoState Write(std::string_view bytes, std::size_t& count) override {
    constexpr std::size_t kPiece = 16 << 10;
    const NoPipeSignal guard;
    count = 0;
    if (pending_ == 0) {
      const std::size_t size = std::min(bytes.size(), kPiece);
      if (redisAppendFormattedCommand(context_.get(), bytes.data(), size) !=
          REDIS_OK) {
        return IoState::kFailed;
      }
      pending_ = size;
    }
    int done = 0;
    if (redisBufferWrite(context_.get(), &done) != REDIS_OK) return Failure();
    if (done == 0) return IoState::kWouldBlock;
    count = std::exchange(pending_, 0);
    return IoState::kDone;
  }

  IoState Read(char* bytes, std::size_t size, std::size_t& count) override {
    const NoPipeSignal guard;
    const auto got = context_->funcs->read(context_.get(), bytes, size);
    count = got > 0 ? static_cast<std::size_t>(got) : 0;
    if (got < 0) return Failure();
    return got == 0 ? IoState::kWouldBlock : IoState::kDone;
  }

 private:
  IoState Failure() const {
    return context_->err == REDIS_ERR_EOF ? IoState::kClosed : IoState::kFailed;
  }

  TlsContextPtr tls_;
  ContextPtr context_;
  std::size_t pending_ = 0;
};

absl::Status TlsFailure(absl::StatusCode code, const Endpoint& endpoint,
                        const char* why) {
  return internal::StatusOf(code, "redis ", endpoint.ToString(),
                            ": TLS: ", why);
}

}  // namespace

absl::Status CheckTls(const RedisOptions&) { return absl::OkStatus(); }

absl::StatusOr<std::unique_ptr<Wire>> OpenTls(Socket socket,
                                              const Endpoint& endpoint,
                                              const RedisOptions& options) {
  const bool own = !options.tls_ca_file.empty();
  redisSSLContextError error = REDIS_SSL_CTX_NONE;
  TlsContextPtr tls(
      redisCreateSSLContext(own ? options.tls_ca_file.c_str() : nullptr,
                            own ? nullptr : "/etc/ssl/certs", nullptr, nullptr,
                            endpoint.host.c_str(), &error));
  if (tls == nullptr) {
    return TlsFailure(absl::StatusCode::kFailedPrecondition, endpoint,
                      redisSSLContextGetError(error));
  }
  ContextPtr context(redisConnectFd(socket.fd()));
  if (context == nullptr) return internal::NoMemory();
  (void)socket.Release();

  const NoPipeSignal guard;
  SetBlocking(context->fd, true, options.connect_timeout);
  if (redisInitiateSSLWithContext(context.get(), tls.get()) != REDIS_OK) {
    return TlsFailure(absl::StatusCode::kUnavailable, endpoint,
                      context->errstr);
  }
  SetBlocking(context->fd, false, Duration::zero());
  context->flags &= ~REDIS_BLOCK;
  return std::make_unique<TlsWire>(std::move(tls), std::move(context));
}

#else

absl::Status CheckTls(const RedisOptions& options) {
  if (!options.tls) return absl::OkStatus();
  return internal::StatusOf(absl::StatusCode::kFailedPrecondition,
                            "option tls: this hiredis, ", HIREDIS_MAJOR, ".",
                            HIREDIS_MINOR, ", was built in without TLS");
}

absl::StatusOr<std::unique_ptr<Wire>> OpenTls(Socket, const Endpoint&,
                                              const RedisOptions& options) {
  return CheckTls(options);
}

#endif

}  // namespace redis
SEATFIELD_ABI_END
}  // namespace seatfield
