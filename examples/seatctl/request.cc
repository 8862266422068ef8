// SPDX-License-Identifier: MIT

#include "seatctl/request.h"

namespace examples::seatctl {

using seatfield::Price;

std::optional<Price> ReadPriceOption(Session& session,
                                     const std::string& text) {
  const auto price = session.ParsePrice(text);
  if (price.ok()) return *price;
  session.Fail(kUsage, "--price: " + std::string(price.status().message()));
  return std::nullopt;
}

std::optional<Price> Request::ReadPrice(Session& session) const {
  return ReadPriceOption(session, price);
}

void AddRequestOptions(Parameters& parameters, Request& request) {
  parameters.BookingAndBuyer(request.booking, request.buyer, Need::kRequired);
  parameters.Price(request.price, "Of each seat (0)");
  parameters.Hold(request.hold, "How long the seats are held (10m)");
  parameters.TransactionId(request.id);
}

}  // namespace examples::seatctl
