// SPDX-License-Identifier: MIT
//
// What a request for seats says beside which seats.

#ifndef SEATFIELD_EXAMPLES_SEATCTL_REQUEST_H_
#define SEATFIELD_EXAMPLES_SEATCTL_REQUEST_H_

#include <optional>
#include <string>

#include "seatctl/parameters.h"
#include "seatctl/session.h"
#include "seatfield/ids.h"
#include "seatfield/price.h"
#include "seatfield/time.h"

namespace examples::seatctl {

struct Request {
  seatfield::EventId event{};
  seatfield::BookingId booking;
  seatfield::BuyerId buyer{};
  std::string price = "0";  // read when it is known how many places it has
  seatfield::Duration hold = kHoldDefault;
  seatfield::TransactionId id;

  // Nothing if it is no price; that has been said then.
  std::optional<seatfield::Price> ReadPrice(Session& session) const;
};

// All but the event.
void AddRequestOptions(Parameters& parameters, Request& request);

// `text` as the price of --price. Nothing if it is none; that has been said
// then.
std::optional<seatfield::Price> ReadPriceOption(Session& session,
                                                const std::string& text);

}  // namespace examples::seatctl

#endif  // SEATFIELD_EXAMPLES_SEATCTL_REQUEST_H_
