// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <Eigen/Dense>
#include <cstddef>
#include <vector>

namespace ridge::tuner {

using Points = Eigen::MatrixXf;  ///< one point a row

/// How a function of a configuration varies: over which distance in the coordinates of each parameter it
/// stays alike, how much of its variance is noise, and how much of it the parameters bring each on its own.
struct KernelScales {
    Eigen::VectorXf length;  ///< of each coordinate, those of one parameter alike
    double noise = 1e-3;     ///< variance, in units of the function's own
    double additive = 0;     ///< share of the variance that is a sum of functions of one parameter each
    std::vector<std::size_t> parameter = {};  ///< of each coordinate, if `additive` is not 0
};

/// Covariance of `point` with each row: Matérn with smoothness 5/2 (Rasmussen and Williams 2006, 4.17) over
/// all coordinates, and for the additive share the mean of those over the coordinates of each parameter
/// (Duvenaud, Nickisch and Rasmussen 2011).
[[nodiscard]] Eigen::VectorXf covariances(const Points& points, const Eigen::RowVectorXf& point,
                                          const KernelScales& scales);

/// The scales that make the values most likely (maximum a posteriori, lengths around half the range of a
/// parameter), by a pattern search that begins at `from`; `scale_of` numbers the length of each
/// coordinate, ascending from 0. The amplitude is profiled out. Values should have mean 0 and variance 1.
[[nodiscard]] KernelScales fit_scales(const Points& points, const Eigen::VectorXd& values, KernelScales from,
                                      const std::vector<std::size_t>& scale_of);

/// Mean and variance of a Gaussian process at a fixed set of candidates, brought up to date with each
/// observation in time proportional to candidates times observations.
class GaussianProcess {
  public:
    GaussianProcess(Points candidates, KernelScales scales, std::size_t max_observations);

    void observe(const Eigen::RowVectorXf& point, double value);
    [[nodiscard]] std::size_t observations() const { return static_cast<std::size_t>(count_); }
    [[nodiscard]] const Eigen::VectorXf& mean() const { return mean_; }  ///< of each candidate
    /// Of each candidate, in units of amplitude().
    [[nodiscard]] const Eigen::VectorXf& variance() const { return variance_; }
    /// Variance of the function that makes the observations most likely.
    [[nodiscard]] double amplitude() const;

  private:
    Points candidates_;
    KernelScales scales_;
    Eigen::Index count_ = 0;
    Points observed_;
    Eigen::MatrixXd factor_;     // lower Cholesky factor of the observations' covariance
    Eigen::VectorXd whitened_;   // factor^-1 values
    Eigen::MatrixXf projected_;  // candidates x observations: covariances times factor^-T
    Eigen::VectorXf mean_, variance_;
};

}  // namespace ridge::tuner
