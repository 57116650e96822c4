using System.Globalization;
using Pare.Profile;

namespace Pare.Report;

/// <summary>Figures as people read them. Sizes are decimal, as in the papers: 1 KB is 1,000 bytes.</summary>
public static class Format
{
    private static readonly string[] SizeUnits = ["B", "KB", "MB", "GB", "TB"];
    private static readonly string[] CountUnits = ["", " K", " M", " G", " T"];

    /// <summary>A size in three digits: 512 B, 44.1 KB, 6.90 MB.</summary>
    public static string Bytes(long bytes) => Scaled(bytes, " ", SizeUnits);

    /// <summary>A count in three digits: 512, 44.1 K, 861 M.</summary>
    public static string Short(long count) => Scaled(count, "", CountUnits);

    /// <summary>A count in full: 430,500.</summary>
    public static string Count(long count) => count.ToString("N0", CultureInfo.InvariantCulture);

    /// <summary>A share as percent in up to four digits: 98.41 %, 8 %, 0.463 %.</summary>
    public static string Percent(double share)
    {
        var percent = share * 100;
        var digits = Math.Abs(percent) < 1 ? "0.###" : "0.##";
        return percent.ToString(digits, CultureInfo.InvariantCulture) + " %";
    }

    /// <summary>A ratio: 39.2x, 510x.</summary>
    public static string Ratio(double ratio) => ratio.ToString(ratio < 100 ? "0.0" : "0", CultureInfo.InvariantCulture) + "x";

    /// <summary>A ratio with its interval: 1.003x (0.998 to 1.008).</summary>
    public static string Ratio(Estimate ratio) => string.Create(CultureInfo.InvariantCulture, $"{ratio.Value:0.000}x ({ratio.Low:0.000} to {ratio.High:0.000})");

    /// <summary>A rate in three digits: 12.3, 4,560.</summary>
    public static string Rate(double rate) => rate.ToString(rate < 10 ? "0.00" : rate < 100 ? "0.0" : "N0", CultureInfo.InvariantCulture);

    /// <summary>Bits in up to two decimals; a dash where there are none.</summary>
    public static string Bits(double bits) => bits == 0 ? "-" : bits.ToString("0.##", CultureInfo.InvariantCulture);

    /// <summary>Milliseconds in three digits.</summary>
    public static string Milliseconds(double ms) => ms.ToString(ms < 0.01 ? "0.0000" : ms < 1 ? "0.000" : ms < 10 ? "0.00" : ms < 100 ? "0.0" : "0", CultureInfo.InvariantCulture) + " ms";

    /// <summary>Points of the metric in words: 0.5 points lost, 1.7 points gained.</summary>
    public static string Lost(double points) => $"{Figure(Math.Abs(points))} points {(points < 0 ? "gained" : "lost")}";

    /// <summary>A figure in up to two decimals: 0.5, -1.7.</summary>
    public static string Figure(double value) => value.ToString("0.##", CultureInfo.InvariantCulture);

    /// <summary>Points of the metric with their sign: +0.12, -0.30.</summary>
    public static string Points(double points) => points.ToString("+0.00;-0.00;0.00", CultureInfo.InvariantCulture);

    private static string Scaled(double value, string space, string[] units)
    {
        var unit = 0;
        // 999.5 would be rounded to 1000.
        while (Math.Abs(value) >= 999.5 && unit < units.Length - 1)
        {
            value /= 1000;
            unit++;
        }
        var digits = unit == 0 || Math.Abs(value) >= 99.95 ? "0" : Math.Abs(value) >= 9.995 ? "0.0" : "0.00";
        return value.ToString(digits, CultureInfo.InvariantCulture) + space + units[unit];
    }
}
