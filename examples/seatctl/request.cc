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

void AddRequestOptions(CLI::App& app, Request& request) {
  AddBookingOption(app, request.booking)->required();
  AddBuyer(app, request.buyer)->required();
  AddPrice(app, request.price, "Of each seat (0)");
  AddHold(app, request.hold, "How long the seats are held (10m)");
  AddTransactionId(app, request.id);
}

}  // namespace examples::seatctl
