// SPDX-License-Identifier: MIT

#include "redis/form.h"

#include <cstdint>
#include <string>
#include <string_view>

#include "seatfield/ids.h"
#include "seatfield/internal/text.h"
#include "seatfield/price.h"
#include "seatfield/time.h"
#include "seatfield/version.h"

namespace seatfield {
SEATFIELD_ABI_BEGIN
namespace redis {

namespace {

std::string WriteBytes(std::uint64_t number) {
  std::string bytes(8, '\0');
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    bytes[i] = static_cast<char>(number >> (56 - 8 * i) & 0xff);
  }
  return bytes;
}

std::uint64_t ReadBytes(std::string_view bytes) {
  std::uint64_t number = 0;
  for (const char byte : bytes) {
    number = number << 8 | static_cast<unsigned char>(byte);
  }
  return number;
}

}  // namespace

std::string Form::WriteNumber(std::int64_t number) const {
  return compact_ ? WriteBytes(static_cast<std::uint64_t>(number))
                  : internal::Cat(number);
}

std::int64_t Form::ReadNumber(std::string_view text) const {
  if (!compact_) return internal::ParseDecimal<std::int64_t>(text).value_or(0);
  return text.size() == 8 ? static_cast<std::int64_t>(ReadBytes(text)) : 0;
}

std::string Form::Write(BookingId id) const {
  return compact_ ? WriteBytes(id.high()) + WriteBytes(id.low())
                  : id.ToString();
}
std::string Form::Write(BuyerId id) const { return WriteNumber(Value(id)); }
std::string Form::Write(Price price) const {
  return WriteNumber(price.minor_units());
}
std::string Form::Write(Time time) const {
  return compact_ ? WriteNumber(ToMicros(time)) : TimeToString(time);
}

BookingId Form::ReadBooking(std::string_view text) const {
  if (!compact_) return BookingId::Parse(text).value_or(BookingId());
  if (text.size() != 16) return {};
  return {ReadBytes(text.substr(0, 8)), ReadBytes(text.substr(8))};
}
BuyerId Form::ReadBuyer(std::string_view text) const {
  return BuyerId{ReadNumber(text)};
}
Price Form::ReadPrice(std::string_view text) const {
  return Price(ReadNumber(text));
}
Time Form::ReadTime(std::string_view text) const {
  if (compact_) return TimeFromMicros(ReadNumber(text));
  if (const auto time = ParseTime(text); time.ok()) return *time;
  return text == "never" ? kNever : TimeFromMicros(ReadNumber(text));
}

}  // namespace redis
SEATFIELD_ABI_END
}  // namespace seatfield
