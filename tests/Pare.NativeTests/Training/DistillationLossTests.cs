using Pare.Onnx;
using Pare.Recipes;
using Pare.Torch.Training;
using Pare.Torch.Training.Distilling;
using TorchSharp;
using Xunit;

namespace Pare.NativeTests.Training;

/// <summary>Losses and their gradients against numbers worked out by hand.</summary>
public class DistillationLossTests
{
    private static readonly TrainOptions Soft = new() { Temperature = 2 };

    [Fact]
    public void Soft_targets_are_the_divergence_of_softened_probabilities_times_the_squared_temperature()
    {
        // Softened by 2 the teacher says 3/4 and 1/4, the student half and half: 4 (3/4 ln 3/2 + 1/4 ln 1/2), with gradient 2 (q - p).
        using var student = torch.zeros(1, 2, requires_grad: true);
        var loss = new ClassLoss(Network(), Soft).Following(student, null!, [Odds(3)]);
        loss.backward();
        Assert.Equal(0.523248f, loss.item<float>(), 1e-5f);
        AssertNear([-0.5f, 0.5f], student.grad!);
    }

    [Fact]
    public void Several_teachers_probabilities_are_averaged()
    {
        using var student = torch.zeros(1, 2);
        Assert.Equal(0, new ClassLoss(Network(), Soft).Following(student, null!, [Odds(3), Odds(1 / 3f)]).item<float>(), 1e-6f);
        // Mean of 3/4 and 1/2: 4 (5/8 ln 5/4 + 3/8 ln 3/4).
        Assert.Equal(0.126335f, new ClassLoss(Network(), Soft).Following(student, null!, [Odds(3), Odds(1)]).item<float>(), 1e-5f);
    }

    [Fact]
    public void A_network_that_ends_in_a_softmax_teaches_what_its_scores_say()
    {
        var scores = torch.tensor(new[] { 1f, -2f, 0.5f }, [1, 3]);
        var (plain, soft) = (new ClassLoss(Network(), Soft), new ClassLoss(Network("Softmax"), Soft));
        Assert.Equal(0, plain.Following(scores, null!, [soft.Plain(scores.softmax(1))]).item<float>(), 1e-5f);
        var flat = Network("Softmax");
        flat = flat with { Graph = flat.Graph with { Nodes = [flat.Graph.Nodes[0] with { Outputs = ["p"] }, new Node { OpType = "Flatten", Inputs = ["p"], Outputs = ["y"] }] } };
        Assert.Equal(0, plain.Following(scores, null!, [new ClassLoss(flat, Soft).Plain(scores.softmax(1))]).item<float>(), 1e-5f);
    }

    [Fact]
    public void A_hint_is_half_the_mean_squared_difference()
    {
        using var student = torch.tensor(new[] { 1f, 2f }, [1, 2], requires_grad: true);
        var loss = InnerLoss.Hint(student, torch.tensor(new[] { 0f, 4f }, [1, 2]));
        loss.backward();
        Assert.Equal(1.25f, loss.item<float>(), 1e-6f);
        AssertNear([0.5f, -1f], student.grad!);
    }

    [Fact]
    public void Maps_of_unlike_size_are_averaged_down_to_the_smaller()
    {
        var large = torch.tensor(new[] { 1f, 2f, 3f, 4f }, [1, 1, 2, 2]);
        var small = torch.tensor(new[] { 0.5f }, [1, 1, 1, 1]);
        Assert.Equal(2, InnerLoss.Hint(large, small).item<float>(), 1e-6f);
        Assert.Equal(2, InnerLoss.Hint(small, large).item<float>(), 1e-6f);
        // Wider here, higher there: both become one number.
        Assert.Equal(2, InnerLoss.Hint(torch.tensor(new[] { 2f, 3f }, [1, 1, 1, 2]), torch.tensor(new[] { 0f, 1f }, [1, 1, 2, 1])).item<float>(), 1e-6f);
    }

    [Fact]
    public void Attention_compares_where_channels_sum_of_squares_is_large()
    {
        // Energies (1, 0) and (25, 25), of length 1: (1, 0) and (r, r) with r = sqrt(1/2): ((1 - r)² + r²) / 2 / 2.
        using var student = torch.tensor(new[] { 1f, 0f }, [1, 1, 1, 2], requires_grad: true);
        var teacher = torch.tensor(new[] { 3f, 5f, -4f, 0f }, [1, 2, 1, 2]);
        var loss = InnerLoss.Attention(student, teacher);
        loss.backward();
        Assert.Equal(0.146447f, loss.item<float>(), 1e-5f);
        // A lone active place keeps length 1 however active it is, and nothing flows through a square at 0.
        AssertNear([0f, 0f], student.grad!);
        Assert.Equal(0, InnerLoss.Attention(teacher, teacher.mul(torch.tensor(-7f))).item<float>(), 1e-6f);
    }

    [Fact]
    public void Attention_pulls_towards_the_teachers_map()
    {
        // Energies (a², b²) = (1, 1) against (1, 0): with f = (r, r) the gradient by an energy e_i is (f_i (f·t) - t_i) / |e| / 2, by a value twice that.
        using var student = torch.tensor(new[] { 1f, 1f }, [1, 1, 1, 2], requires_grad: true);
        InnerLoss.Attention(student, torch.tensor(new[] { 1f, 0f }, [1, 1, 1, 2])).backward();
        AssertNear([-0.353553f, 0.353553f], student.grad!);
    }

    [Fact]
    public void A_map_that_is_nowhere_active_has_a_finite_gradient()
    {
        using var student = torch.zeros([1, 1, 1, 2], requires_grad: true);
        InnerLoss.Attention(student, torch.ones(1, 1, 1, 2)).backward();
        AssertNear([0f, 0f], student.grad!);
    }

    // Scores of two classes that, softened by 2, give these odds.
    private static torch.Tensor Odds(float odds) => torch.tensor(new[] { 2 * MathF.Log(odds), 0f }, [1, 2]);

    private static Model Network(string last = "Identity") => new()
    {
        Graph = new Graph
        {
            Inputs = [ValueInfo.Of("x", ElementType.Float, 1, 3)], Outputs = [ValueInfo.Of("y", ElementType.Float, 1, 3)],
            Nodes = [new Node { OpType = last, Inputs = ["x"], Outputs = ["y"] }],
        },
    };

    private static void AssertNear(float[] expected, torch.Tensor actual)
    {
        var values = actual.contiguous().data<float>().ToArray();
        Assert.Equal(expected.Length, values.Length);
        for (var i = 0; i < values.Length; i++) Assert.Equal(expected[i], values[i], 1e-5f);
    }

    [Fact]
    public void What_is_no_score_of_classes_is_followed_by_its_distance()
    {
        // |(1, 2) - (1, 4)|² / |(1, 4)|² = 4 / 17, with gradient 2 (y - t) / 17.
        var regressor = Network();
        regressor = regressor with { Graph = regressor.Graph with { Outputs = [ValueInfo.Of("y", ElementType.Float, new Dimension(null, "N"), 2, 3)] } };
        using var student = torch.tensor(new[] { 1f, 2f }, [1, 2], requires_grad: true);
        var loss = new ClassLoss(regressor, Soft).Following(student, null!, [torch.tensor(new[] { 1f, 4f }, [1, 2])]);
        loss.backward();
        Assert.Equal(4 / 17f, loss.item<float>(), 1e-6f);
        AssertNear([0f, -4 / 17f], student.grad!);
    }
}
