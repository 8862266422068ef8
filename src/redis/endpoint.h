// SPDX-License-Identifier: MIT
//
// Where a server listens.

#ifndef SEATFIELD_REDIS_ENDPOINT_H_
#define SEATFIELD_REDIS_ENDPOINT_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "seatfield/version.h"

namespace seatfield {
SEATFIELD_ABI_BEGIN
namespace redis {

// A host and a port, or the path of a unix socket.
struct Endpoint {
  std::string host;  // a name or an address, without brackets
  std::uint16_t port = 0;
  std::string path{};

  bool is_unix() const { return !path.empty(); }
  // As in RedisOptions::servers.
  std::string ToString() const;

  friend bool operator==(const Endpoint&, const Endpoint&) = default;
};

// "host:port", "[v6]:port" or "/path"; absent if it is none of them.
std::optional<Endpoint> ParseEndpoint(std::string_view text);

// The "host:port" of a redirection that `from` gave: there a v6 address has no
// brackets, and a host that is missing or "?" is that of `from`.
std::optional<Endpoint> ParseRedirection(std::string_view text,
                                         const Endpoint& from);

// `host` as a node names another; empty or "?" is that of `from`.
std::string HostFrom(std::string_view host, const Endpoint& from);

}  // namespace redis
SEATFIELD_ABI_END
}  // namespace seatfield

#endif  // SEATFIELD_REDIS_ENDPOINT_H_
