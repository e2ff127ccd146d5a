#pragma once
/// What `bestow status` prints: for people, as JSON, and as metrics for Prometheus's text collector.

#include "activation/status.hpp"

#include <string>

namespace bestow::cli {

std::string status_text(const activation::Status& status);
std::string status_json(const activation::Status& status);
std::string status_metrics(const activation::Status& status);

}  // namespace bestow::cli
