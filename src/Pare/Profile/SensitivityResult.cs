namespace Pare.Profile;

/// <summary>A method that cannot be applied to a layer, and why.</summary>
public sealed record SensitivityGap(string Layer, string Method, string Reason);

/// <summary>What was measured of a network's layers.</summary>
/// <param name="Images">Pictures that it was measured on.</param>
/// <param name="Value">The network's own score.</param>
/// <param name="Bytes">Its packed bytes.</param>
/// <param name="Macs">Its multiply-adds.</param>
public sealed record SensitivityResult(int Images, double Value, long Bytes, long Macs, IReadOnlyList<SensitivityPoint> Points, IReadOnlyList<SensitivityGap> Gaps);
