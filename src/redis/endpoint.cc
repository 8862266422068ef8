// SPDX-License-Identifier: MIT

#include "redis/endpoint.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "seatfield/internal/text.h"
#include "seatfield/version.h"

namespace seatfield {
SEATFIELD_ABI_BEGIN
namespace redis {
namespace {

std::optional<std::uint16_t> ParsePort(std::string_view text) {
  const auto port = internal::ParseDecimal<std::uint16_t>(text);
  if (!port.has_value() || *port == 0) return std::nullopt;
  return port;
}

}  // namespace

std::string Endpoint::ToString() const {
  if (is_unix()) return path;
  const bool v6 = host.find(':') != std::string::npos;
  return v6 ? internal::Cat("[", host, "]:", port)
            : internal::Cat(host, ":", port);
}

std::optional<Endpoint> ParseEndpoint(std::string_view text) {
  if (text.starts_with('/')) {
    if (text.size() < 2) return std::nullopt;
    return Endpoint{.host = {}, .path = std::string(text)};
  }
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos || colon == 0) return std::nullopt;
  const auto port = ParsePort(text.substr(colon + 1));
  if (!port.has_value()) return std::nullopt;

  std::string_view host = text.substr(0, colon);
  if (host.starts_with('[')) {
    if (host.size() < 3 || !host.ends_with(']')) return std::nullopt;
    host = host.substr(1, host.size() - 2);
  } else if (host.find_first_of(":/[] \t@") != std::string_view::npos) {
    return std::nullopt;
  }
  return Endpoint{.host = std::string(host), .port = *port};
}

std::optional<Endpoint> ParseRedirection(std::string_view text,
                                         const Endpoint& from) {
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) return std::nullopt;
  const auto port = ParsePort(text.substr(colon + 1));
  if (!port.has_value()) return std::nullopt;
  return Endpoint{.host = HostFrom(text.substr(0, colon), from), .port = *port};
}

std::string HostFrom(std::string_view host, const Endpoint& from) {
  if (host.empty() || host == "?") return from.host;
  return std::string(host);
}

}  // namespace redis
SEATFIELD_ABI_END
}  // namespace seatfield
